//! What a copy says of its table beside the columns.

use std::io;

use super::bytes::{Input, damaged, put_bitmap, put_number, put_text};
use super::{NodeId, Section};
use crate::model::RunState;
use crate::run_table::bitmap::Bitmap;
use crate::run_table::table::RunTable;

/// Keys of each node of a tree, with the nodes below.
type Keys = Vec<Vec<(Box<str>, NodeId)>>;

/// The head of a copy.
pub(in crate::run_table) struct Head {
    /// Which database it is of.
    pub database: i64,
    /// All changes below this number are in it.
    pub horizon: i64,
    pub(super) ids: Vec<i64>,
    pub(super) live: Bitmap,
    pub(super) states: Vec<(RunState, bool)>,
    /// How many columns belong to fields.
    pub(super) own: usize,
    pub(super) config: Keys,
    pub(super) summary: Keys,
    pub(super) sections: Vec<Section>,
}

impl Head {
    /// Of a table that holds what changed below `horizon`.
    pub fn of(table: &RunTable, database: i64, horizon: i64) -> Self {
        Self {
            database,
            horizon,
            ids: table.ids.clone(),
            live: table.live.clone(),
            states: table.states.clone(),
            own: table.own_columns().len(),
            config: table.config.keys(),
            summary: table.summary.keys(),
            sections: Vec::new(),
        }
    }

    pub(super) fn bytes(&self) -> Vec<u8> {
        let mut out = Vec::new();
        out.extend_from_slice(&self.database.to_le_bytes());
        out.extend_from_slice(&self.horizon.to_le_bytes());
        put_number(&mut out, self.ids.len());
        self.ids.iter().for_each(|id| out.extend_from_slice(&id.to_le_bytes()));
        put_bitmap(&mut out, &self.live);
        for (state, preempting) in &self.states {
            put_text(&mut out, state.as_str());
            out.push(u8::from(*preempting));
        }
        put_number(&mut out, self.own);
        for keys in [&self.config, &self.summary] {
            put_number(&mut out, keys.len());
            for keys in keys {
                put_number(&mut out, keys.len());
                for (key, node) in keys {
                    put_text(&mut out, key);
                    put_number(&mut out, *node);
                }
            }
        }
        put_number(&mut out, self.sections.len());
        for Section { at, length, hash } in &self.sections {
            out.extend_from_slice(&at.to_le_bytes());
            out.extend_from_slice(&length.to_le_bytes());
            out.extend_from_slice(hash);
        }
        out
    }

    pub(super) fn read(bytes: &[u8]) -> io::Result<Self> {
        let mut input = Input(bytes);
        let (database, horizon) = (input.number()? as i64, input.number()? as i64);
        let rows = input.number()? as usize;
        let (ids, live) = (input.values(rows, i64::from_le_bytes)?, input.bitmap()?);
        let state = |input: &mut Input<'_>| {
            let state = input.text()?.parse().map_err(|_| damaged("a state"))?;
            io::Result::Ok((state, input.take(1)? == [1]))
        };
        let states = (0..rows).map(|_| state(&mut input)).collect::<io::Result<_>>()?;
        let own = input.number()? as usize;
        let (config, summary) = (keys(&mut input)?, keys(&mut input)?);
        let sections = (0..input.number()?).map(|_| section(&mut input)).collect::<io::Result<_>>()?;
        Ok(Self { database, horizon, ids, live, states, own, config, summary, sections })
    }
}

fn keys(input: &mut Input<'_>) -> io::Result<Keys> {
    let nodes = input.number()?;
    let key = |input: &mut Input<'_>| {
        let key = input.text()?.into();
        let node = input.number()?;
        if node >= nodes { Err(damaged("a node")) } else { Ok((key, node as NodeId)) }
    };
    let node = |input: &mut Input<'_>| {
        let count = input.number()?;
        (0..count).map(|_| key(input)).collect::<io::Result<Vec<_>>>()
    };
    (0..nodes).map(|_| node(input)).collect()
}

fn section(input: &mut Input<'_>) -> io::Result<Section> {
    let (at, length) = (input.number()?, input.number()?);
    Ok(Section { at, length, hash: input.take(32)?.try_into().unwrap_or_default() })
}
