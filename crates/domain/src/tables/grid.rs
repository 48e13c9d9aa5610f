//! One or several tables as one: below each other, or side by side, joined by a column.

use std::collections::{BTreeMap, HashMap, hash_map::Entry};
use std::sync::Arc;

use history::logged::{Cell, Cells, ColumnStats, LoggedError, Sheet};
use serde_json::{Value, json};

use super::TableColumn;
use super::memory::{Kept, Memory};
use crate::{Error, Problem};

/// Rows from so few groups are read without the rest of their columns.
const FEW: usize = 2;
/// Longer texts are cut on a page of many rows.
const LONG: usize = 2000;
/// No row.
const NONE: u32 = u32::MAX;

/// A table, or one part of it.
pub(super) struct Part {
    /// Which of the sources.
    pub source: usize,
    /// Which side of a joined table.
    pub lane: usize,
    /// What the source is called.
    pub label: String,
    /// Names the bytes.
    pub key: String,
    pub sheet: Arc<Sheet>,
}

/// Tables below each other.
struct Lane {
    parts: Vec<Part>,
    /// Where each part begins, and the end.
    starts: Vec<usize>,
    /// For each row of the grid the lane's own; without it they are the same.
    rows: Option<Arc<[u32]>>,
}

/// Where a column's cells are.
enum Place {
    /// In this lane, for each of its parts in this column.
    Parts(usize, Vec<Option<usize>>),
    /// In the first lane that has the row: what the lanes are joined by.
    Key(Vec<Vec<Option<usize>>>),
    /// The name of the source.
    Label,
}

/// A column.
pub(super) struct Column {
    pub id: String,
    name: String,
    source: Option<usize>,
    pub stats: ColumnStats,
    place: Place,
}

/// The tables of a question.
pub(super) struct Grid {
    lanes: Vec<Lane>,
    columns: Vec<Column>,
    rows: usize,
    memory: Arc<Memory>,
    name: blake3::Hash,
}

impl Grid {
    /// Several sources are below each other, or, with a column to join them by, side by side.
    pub fn new(parts: Vec<Part>, join: Option<String>, memory: Arc<Memory>) -> Result<Self, Error> {
        let several = parts.iter().any(|part| part.source != parts[0].source);
        let about: Vec<_> = parts.iter().map(|part| (part.source, part.lane, &part.key, &part.label)).collect();
        let name = blake3::hash(format!("{about:?} {join:?}").as_bytes());
        let mut lanes: BTreeMap<usize, Vec<Part>> = BTreeMap::new();
        for part in parts {
            let lane = match (&join, several) {
                (None, _) => 0,
                (Some(_), true) => part.source,
                (Some(_), false) => part.lane,
            };
            lanes.entry(lane).or_default().push(part);
        }
        let lanes: Vec<Lane> = lanes.into_values().map(Lane::new).collect();
        let rows = lanes.first().map_or(0, Lane::len);
        let mut grid = Self { lanes, columns: Vec::new(), rows, memory, name };
        match join.filter(|_| grid.lanes.len() > 1) {
            Some(key) => grid.join(&key, several)?,
            None => {
                if several {
                    grid.columns.push(Column::label(rows));
                }
                let found = grid.lanes.first().map(|lane| lane.columns(0)).unwrap_or_default();
                grid.columns.extend(found);
            }
        }
        Ok(grid)
    }

    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    pub fn rows(&self) -> usize {
        self.rows
    }

    pub fn memory(&self) -> &Memory {
        &self.memory
    }

    /// A name for something that follows from these tables.
    pub fn named(&self, what: &str) -> blake3::Hash {
        let mut hasher = blake3::Hasher::new();
        hasher.update(self.name.as_bytes()).update(what.as_bytes());
        hasher.finalize()
    }

    /// The place of a column.
    pub fn find(&self, id: &str) -> Result<usize, Error> {
        let missing = || Error::Invalid(Problem::TableColumn { column: id.to_owned() });
        self.columns.iter().position(|column| column.id == id).ok_or_else(missing)
    }

    /// Whether tables stand side by side.
    pub fn is_joined(&self) -> bool {
        self.lanes.len() > 1
    }

    /// Whether all tables side by side have a row.
    pub fn is_everywhere(&self, row: u32) -> bool {
        self.lanes.iter().all(|lane| lane.own(row).is_some())
    }

    /// The columns of one name, for every name that all tables side by side have.
    pub fn counterparts(&self) -> Vec<Vec<usize>> {
        let mut same: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (at, column) in self.columns.iter().enumerate().filter(|(_, column)| column.source.is_some()) {
            same.entry(&column.name).or_default().push(at);
        }
        same.into_values().filter(|columns| columns.len() == self.lanes.len()).collect()
    }

    /// The source that a row is of; side by side, the first that has it.
    pub fn source_of(&self, row: u32) -> usize {
        let part = self.lanes.iter().find_map(|lane| Some(&lane.parts[lane.locate(lane.own(row)?).0]));
        part.map_or(0, |part| part.source)
    }

    /// All cells of a column.
    pub fn cells(&self, column: usize) -> Result<Arc<Cells>, Error> {
        let about = &self.columns[column];
        let name = self.named(&format!("column {}", about.id));
        if let Some(Kept::Column(cells)) = self.memory.get(&name) {
            return Ok(cells);
        }
        if !self.fits(about) {
            let (column, most) = (about.id.clone(), self.memory.most() / 2);
            return Err(Error::Invalid(Problem::TableTexts { column, most }));
        }
        let cells = Arc::new(match &about.place {
            Place::Parts(lane, at) => self.lanes[*lane].gather(at, self.rows)?,
            Place::Key(at) => self.key(at)?,
            Place::Label => {
                let mut cells = Cells::default();
                (0..self.rows).for_each(|row| cells.push(Some(Cell::Text(self.label(row as u32)))));
                cells
            }
        });
        self.memory.keep(name, Kept::Column(Arc::clone(&cells)));
        Ok(cells)
    }

    /// Whether a column fits into memory.
    fn fits(&self, column: &Column) -> bool {
        column.stats.bytes as usize + self.rows * 13 <= (self.memory.most() / 2).min(u32::MAX as usize)
    }

    fn label(&self, row: u32) -> &str {
        let lane = self.lanes.first();
        lane.map_or("", |lane| lane.parts[lane.locate(row as usize).0].label.as_str())
    }

    /// The cells of some columns in some rows, as JSON, row by row.
    pub fn values(&self, rows: &[u32], wanted: &[usize]) -> Result<Vec<Vec<Value>>, Error> {
        let mut all: Vec<Vec<Value>> = rows.iter().map(|_| Vec::with_capacity(wanted.len())).collect();
        let whole = rows.len() == 1;
        for column in wanted {
            self.some(*column, rows, &mut |at, cell| all[at].push(value(cell, whole)))?;
        }
        Ok(all)
    }

    /// Calls for every one of the rows with its cell.
    pub fn some(
        &self,
        column: usize,
        rows: &[u32],
        each: &mut dyn FnMut(usize, Option<Cell<'_>>),
    ) -> Result<(), Error> {
        let about = &self.columns[column];
        let kept = self.memory.get(&self.named(&format!("column {}", about.id)));
        if let (None, Place::Parts(lane, at)) = (&kept, &about.place) {
            let mut groups: BTreeMap<(usize, usize), Vec<(usize, usize)>> = BTreeMap::new();
            let lane = &self.lanes[*lane];
            let mut without = Vec::new();
            for (place, row) in rows.iter().enumerate() {
                match lane.own(*row).map(|own| lane.locate(own)).filter(|(part, _)| at[*part].is_some()) {
                    Some((part, own)) => {
                        let group = lane.parts[part].sheet.group_of(own);
                        groups.entry((part, group)).or_default().push((place, own));
                    }
                    None => without.push(place),
                }
            }
            if groups.len() <= FEW || !self.fits(about) {
                return lane.by_group(at, groups, without, each);
            }
        }
        let cells = self.cells(column)?;
        rows.iter().enumerate().for_each(|(place, row)| each(place, cells.get(*row as usize)));
        Ok(())
    }

    /// Puts lanes side by side.
    fn join(&mut self, key: &str, several: bool) -> Result<(), Error> {
        let missing = || Error::Invalid(Problem::TableColumn { column: key.to_owned() });
        let own: Vec<Vec<Column>> = self.lanes.iter().map(|lane| lane.columns(0)).collect();
        let mut places = Vec::new();
        let mut stats = ColumnStats::new(key.to_owned());
        for columns in &own {
            let found = columns.iter().find(|column| column.name == key).ok_or_else(missing)?;
            stats.add(&found.stats);
            let Place::Parts(_, at) = &found.place else { return Err(missing()) };
            places.push(at.clone());
        }
        let kept = |lane: usize| self.memory.get(&self.named(&format!("lane {lane}")));
        let known: Option<Vec<Arc<[u32]>>> = (0..self.lanes.len())
            .map(|lane| match kept(lane) {
                Some(Kept::Rows(rows)) => Some(rows),
                _ => None,
            })
            .collect();
        let maps = match known {
            Some(maps) => maps,
            None => {
                let maps = self.maps(&places)?;
                for (lane, map) in maps.iter().enumerate() {
                    self.memory.keep(self.named(&format!("lane {lane}")), Kept::Rows(Arc::clone(map)));
                }
                maps
            }
        };
        self.rows = maps.first().map_or(0, |map| map.len());
        for (lane, map) in self.lanes.iter_mut().zip(maps) {
            lane.rows = Some(map);
        }
        let id = key.to_owned();
        self.columns.push(Column { name: id.clone(), id, source: None, stats, place: Place::Key(places) });
        for (at, columns) in own.into_iter().enumerate() {
            let source = if several { self.lanes[at].parts[0].source } else { at };
            for mut column in columns.into_iter().filter(|column| column.name != key) {
                let Place::Parts(_, parts) = column.place else { continue };
                column.id = format!("{}#{source}", column.name);
                column.source = Some(source);
                column.place = Place::Parts(at, parts);
                self.columns.push(column);
            }
        }
        // The same column of all tables stands together.
        let mut order: HashMap<String, usize> = HashMap::new();
        for column in &self.columns {
            let next = order.len();
            order.entry(column.name.clone()).or_insert(next);
        }
        self.columns.sort_by_key(|column| (order.get(&column.name).copied(), column.source));
        Ok(())
    }

    /// For each row of the whole, the row of each lane: the same value, the first with the first, the second with the second.
    fn maps(&self, places: &[Vec<Option<usize>>]) -> Result<Vec<Arc<[u32]>>, Error> {
        let mut index: HashMap<(blake3::Hash, u32), u32> = HashMap::new();
        let mut maps: Vec<Vec<u32>> = Vec::new();
        for (lane, at) in self.lanes.iter().zip(places) {
            let cells = lane.gather(at, lane.len())?;
            let mut map = vec![NONE; index.len()];
            let mut seen: HashMap<blake3::Hash, u32> = HashMap::new();
            for (row, cell) in cells.iter().enumerate() {
                let hash = match cell {
                    None => blake3::hash(b"-"),
                    Some(Cell::Number(number)) => blake3::hash(&(number + 0.0).to_bits().to_le_bytes()),
                    Some(Cell::Text(text)) => blake3::hash(format!("s{text}").as_bytes()),
                    Some(Cell::Json(text)) => blake3::hash(format!("j{text}").as_bytes()),
                };
                let turn = seen.entry(hash).or_insert(0);
                match index.entry((hash, *turn)) {
                    Entry::Occupied(known) => map[*known.get() as usize] = row as u32,
                    Entry::Vacant(unknown) => {
                        unknown.insert(map.len() as u32);
                        map.push(row as u32);
                    }
                }
                *turn += 1;
            }
            maps.push(map);
        }
        let rows = index.len();
        let fill = |mut map: Vec<u32>| {
            map.resize(rows, NONE);
            map.into()
        };
        Ok(maps.into_iter().map(fill).collect())
    }

    fn key(&self, places: &[Vec<Option<usize>>]) -> Result<Cells, Error> {
        let lanes = self.lanes.iter().zip(places);
        let own = lanes.map(|(lane, at)| Ok((lane, lane.gather_own(at)?))).collect::<Result<Vec<_>, Error>>()?;
        let mut cells = Cells::default();
        for row in 0..self.rows as u32 {
            cells.push(own.iter().find_map(|(lane, cells)| cells.get(lane.own(row)?)));
        }
        Ok(cells)
    }
}

impl Lane {
    fn new(parts: Vec<Part>) -> Self {
        let mut starts = vec![0];
        for part in &parts {
            starts.push(starts.last().unwrap_or(&0) + part.sheet.rows());
        }
        Self { parts, starts, rows: None }
    }

    fn len(&self) -> usize {
        self.starts.last().copied().unwrap_or(0)
    }

    /// The lane's row for one of the grid.
    fn own(&self, row: u32) -> Option<usize> {
        match &self.rows {
            None => Some(row as usize),
            Some(map) => map.get(row as usize).filter(|own| **own != NONE).map(|own| *own as usize),
        }
    }

    /// The part that a row is in, and its number there.
    fn locate(&self, row: usize) -> (usize, usize) {
        let part = self.starts.partition_point(|start| *start <= row).saturating_sub(1).min(self.parts.len() - 1);
        (part, row - self.starts[part])
    }

    /// Columns by name, in the order in which the parts bring them.
    fn columns(&self, lane: usize) -> Vec<Column> {
        let mut found: Vec<Column> = Vec::new();
        let mut places: HashMap<String, usize> = HashMap::new();
        for (part, Part { sheet, .. }) in self.parts.iter().enumerate() {
            for (at, stats) in sheet.columns().iter().enumerate() {
                let place = *places.entry(stats.name.clone()).or_insert_with(|| {
                    let (id, name) = (stats.name.clone(), stats.name.clone());
                    let place = Place::Parts(lane, vec![None; self.parts.len()]);
                    found.push(Column { id, stats: ColumnStats::new(name.clone()), name, source: None, place });
                    found.len() - 1
                });
                let column = &mut found[place];
                column.stats.add(stats);
                if let Place::Parts(_, parts) = &mut column.place {
                    parts[part] = Some(at);
                }
            }
        }
        found
    }

    /// A column in the lane's own rows.
    fn gather_own(&self, at: &[Option<usize>]) -> Result<Cells, Error> {
        let mut cells = Cells::default();
        for (part, column) in self.parts.iter().zip(at) {
            match column {
                Some(column) => part.sheet.read(*column, 0..part.sheet.groups(), &mut cells).map_err(failed)?,
                None => (0..part.sheet.rows()).for_each(|_| cells.push(None)),
            }
        }
        Ok(cells)
    }

    /// A column in the rows of the grid.
    fn gather(&self, at: &[Option<usize>], rows: usize) -> Result<Cells, Error> {
        let own = self.gather_own(at)?;
        if self.rows.is_none() {
            return Ok(own);
        }
        let mut cells = Cells::default();
        (0..rows as u32).for_each(|row| cells.push(self.own(row).and_then(|own_row| own.get(own_row))));
        Ok(cells)
    }

    /// Reads groups of rows, one at a time.
    fn by_group(
        &self,
        at: &[Option<usize>],
        groups: BTreeMap<(usize, usize), Vec<(usize, usize)>>,
        without: Vec<usize>,
        each: &mut dyn FnMut(usize, Option<Cell<'_>>),
    ) -> Result<(), Error> {
        without.into_iter().for_each(|place| each(place, None));
        for ((part, group), rows) in groups {
            let (Some(column), sheet) = (at[part], &self.parts[part].sheet) else { continue };
            let mut cells = Cells::default();
            sheet.read(column, group..group + 1, &mut cells).map_err(failed)?;
            let start = sheet.rows_of(group).start;
            rows.into_iter().for_each(|(place, row)| each(place, cells.get(row - start)));
        }
        Ok(())
    }
}

impl Column {
    /// The column that names the source of each row.
    fn label(rows: usize) -> Self {
        let id = "#table".to_owned();
        let stats = ColumnStats { texts: rows as u64, ..ColumnStats::new(id.clone()) };
        Self { name: id.clone(), id, source: None, stats, place: Place::Label }
    }

    /// As the answer tells it.
    pub fn shown(&self) -> TableColumn {
        let stats = &self.stats;
        let numbers = if stats.dates { "date" } else { "number" };
        let kinds = [
            (numbers, stats.numbers),
            ("string", stats.texts),
            ("boolean", stats.flags),
            ("list", stats.lists),
            ("object", stats.objects),
        ];
        let mut held = kinds.into_iter().filter(|(_, rows)| *rows > 0).map(|(kind, _)| kind);
        let kind = held.next().map_or("none", |kind| if held.next().is_some() { "mixed" } else { kind });
        TableColumn {
            id: self.id.clone(),
            name: self.name.clone(),
            source: self.source,
            kind,
            types: stats.types.iter().cloned().collect(),
            count: stats.count(),
            min: stats.min.filter(|min| min.is_finite()),
            max: stats.max.filter(|max| max.is_finite()),
            mean: (stats.finite > 0).then(|| stats.sum / stats.finite as f64).filter(|mean| mean.is_finite()),
        }
    }
}

pub(super) fn failed(error: LoggedError) -> Error {
    Error::internal("reading a copy of a table", error)
}

/// A cell as JSON; a long one is cut, unless it is the only one.
pub(super) fn value(cell: Option<Cell<'_>>, whole: bool) -> Value {
    let cut = |text: &str| {
        let end = (0..=LONG).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
        json!({ "_type": "cut", "text": &text[..end], "length": text.len() })
    };
    match cell {
        None => Value::Null,
        Some(Cell::Number(x)) if x.is_nan() => Value::from("NaN"),
        Some(Cell::Number(x)) if x.is_infinite() => Value::from(if x > 0.0 { "Infinity" } else { "-Infinity" }),
        Some(Cell::Number(x)) if x.fract() == 0.0 && x.abs() < (1u64 << 53) as f64 => Value::from(x as i64),
        Some(Cell::Number(x)) => Value::from(x),
        Some(Cell::Text(text) | Cell::Json(text)) if !whole && text.len() > LONG && !text.starts_with("{\"_type\"") => {
            cut(text)
        }
        Some(Cell::Text(text)) => Value::from(text),
        Some(Cell::Json(text)) => history::json::parse(text).unwrap_or_else(|_| Value::from(text)),
    }
}
