"""What somebody without the role asks of a registry, and what they are told."""

import wandb
from params import PARAMS, result

said = {}


def failure(action):
    try:
        action()
    except Exception as error:
        text = [str(error)]
        while error.__cause__ is not None or error.__context__ is not None:
            error = error.__cause__ or error.__context__
            text.append(str(error))
        return " | ".join(text)
    return None


api = wandb.Api()
where = f"wandb-registry-{PARAMS['name']}"
said["read"] = failure(lambda: api.artifact(f"{where}/nets:v0"))
said["download"] = failure(lambda: api.artifact(f"{where}/nets:v0").download())
run = wandb.init()
artifact = wandb.Artifact("mine", "model")
with artifact.new_file("a") as file:
    file.write("a")
mine = run.log_artifact(artifact).wait()
said["link"] = failure(lambda: mine.link(f"{where}/nets"))
run.finish()
registries = api.registries(organization="runstead", filter={"name": PARAMS["name"]})
said["listed"] = [registry.name for registry in registries]
result(said)
