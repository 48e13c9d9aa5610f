-- Chart presets of an entity, named `entity/name` by the code that logs them.

CREATE TABLE custom_chart (
    id           BIGINT PRIMARY KEY,
    entity_id    BIGINT NOT NULL REFERENCES entity (id),
    name         TEXT NOT NULL,
    display_name TEXT NOT NULL,
    kind         TEXT NOT NULL,      -- vega2
    access       TEXT NOT NULL,      -- PRIVATE (who may read the entity) | PUBLIC (everybody)
    spec         TEXT NOT NULL,      -- Vega or Vega-Lite, with the client's placeholders
    created_by   BIGINT REFERENCES account (id),
    created_at   BIGINT NOT NULL,
    updated_at   BIGINT NOT NULL
);
CREATE UNIQUE INDEX custom_chart_name ON custom_chart (entity_id, name);
