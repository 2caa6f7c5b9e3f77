//! Runs as people and programs read them.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use holdfast_schema::{
    Fault,
    tables::{attempt, run, step},
};
use sea_orm::{
    AccessMode, ActiveEnum, ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, IsolationLevel,
    QueryFilter, QueryOrder, QuerySelect, QueryTrait, TransactionTrait,
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::Value;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::{Done, Error, Ledger, RunState, StepState, Trigger};

/// A run as JSON: absent facts are `null`, never missing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RunView {
    pub id: Uuid,
    pub workflow: String,
    pub store: Option<String>,
    pub state: RunState,
    pub priority: i16,
    pub requested_by: String,
    pub trigger: Trigger,
    pub created_at: DateTime<Utc>,
    pub started_at: Option<DateTime<Utc>>,
    pub finished_at: Option<DateTime<Utc>>,
    pub steps: Vec<StepView>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StepView {
    pub name: String,
    pub pool: String,
    pub state: StepState,
    pub attempt: i16,
    pub max_attempts: i16,
    pub worker: Option<String>,
    pub started_at: Option<DateTime<Utc>>,
    pub finished_at: Option<DateTime<Utc>>,
    pub progress: Option<Done>,
    pub receipt: Option<Value>,
    pub fault: Option<Fault>,
    pub attempts: Vec<AttemptView>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AttemptView {
    pub n: i32,
    pub worker: String,
    pub started_at: DateTime<Utc>,
    pub finished_at: Option<DateTime<Utc>>,
    pub outcome: String,
    pub fault: Option<Fault>,
}

/// Which runs to list; what is None does not matter.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    pub store: Option<String>,
    pub workflow: Option<String>,
    pub state: Option<RunState>,
    /// None: 500.
    pub limit: Option<u64>,
}

const DEFAULT_LIMIT: u64 = 500;

impl Ledger {
    /// The run with this id, or the only one whose id begins so.
    pub async fn run(&self, id: &str) -> Result<RunView, Error> {
        let snapshot = self.snapshot().await?;
        let run = find(&snapshot, id).await?;
        let mut views = views(&snapshot, vec![run]).await?;
        views.pop().ok_or_else(|| Error::NoRun { id: id.to_owned() })
    }

    /// Runs, newest first.
    pub async fn list(&self, filter: &Filter) -> Result<Vec<RunView>, Error> {
        let limit = filter.limit.unwrap_or(DEFAULT_LIMIT);
        let mut query = run::Entity::find().order_by_desc(run::Column::Seq).limit(limit);
        if let Some(store) = &filter.store {
            query = query.filter(run::Column::Store.eq(store));
        }
        if let Some(workflow) = &filter.workflow {
            query = query.filter(run::Column::Workflow.eq(workflow));
        }
        if let Some(state) = filter.state {
            query = query.filter(run::Column::State.eq(state));
        }
        let snapshot = self.snapshot().await?;
        let runs = query.all(&snapshot).await?;
        views(&snapshot, runs).await
    }

    /// A run is read in several statements that must not see it in between.
    async fn snapshot(&self) -> Result<DatabaseTransaction, Error> {
        let (isolation, access) = (IsolationLevel::RepeatableRead, AccessMode::ReadOnly);
        Ok(self.orm().begin_with_config(Some(isolation), Some(access)).await?)
    }
}

pub(crate) async fn find(db: &impl ConnectionTrait, id: &str) -> Result<run::Model, Error> {
    let runs: Vec<run::Model> = match id.parse() {
        Ok(id) => run::Entity::find_by_id::<Uuid>(id).all(db).await?,
        Err(_) => {
            // Only what an id can begin with: `%` must not mean any run.
            let beginning: String = id.chars().filter(|c| c.is_ascii_hexdigit() || *c == '-').collect();
            if beginning != id || id.is_empty() {
                return Err(Error::NoRun { id: id.to_owned() });
            }
            let like =
                sea_orm::sea_query::Expr::cust_with_values("id::text LIKE $1", [format!("{}%", id.to_lowercase())]);
            run::Entity::find().filter(like).limit(6).all(db).await?
        }
    };
    match <[run::Model; 1]>::try_from(runs) {
        Ok([run]) => Ok(run),
        Err(runs) if runs.is_empty() => Err(Error::NoRun { id: id.to_owned() }),
        Err(runs) => {
            Err(Error::Ambiguous { id: id.to_owned(), matches: runs.iter().map(|run| run.id.to_string()).collect() })
        }
    }
}

pub(crate) async fn state(tx: &mut PgConnection, run: Uuid) -> Result<RunState, Error> {
    let state: String =
        sqlx::query_scalar("SELECT state FROM holdfast.run WHERE id = $1 FOR UPDATE").bind(run).fetch_one(tx).await?;
    Ok(RunState::try_from_value(&state)?)
}

async fn views(db: &impl ConnectionTrait, runs: Vec<run::Model>) -> Result<Vec<RunView>, Error> {
    let ids: Vec<Uuid> = runs.iter().map(|run| run.id).collect();
    let of_runs = step::Column::RunId.is_in(ids);
    let steps = step::Entity::find().filter(of_runs.clone()).order_by_asc(step::Column::Ord).all(db).await?;
    let step_ids = step::Entity::find().select_only().column(step::Column::Id).filter(of_runs).into_query();
    let attempts = attempt::Entity::find()
        .filter(attempt::Column::StepId.in_subquery(step_ids))
        .order_by_asc(attempt::Column::N)
        .all(db)
        .await?;

    let mut attempts_of: HashMap<Uuid, Vec<AttemptView>> = HashMap::new();
    for attempt in attempts {
        attempts_of.entry(attempt.step_id).or_default().push(attempt_view(attempt)?);
    }
    let mut steps_of: HashMap<Uuid, Vec<StepView>> = HashMap::new();
    for step in steps {
        let attempts = attempts_of.remove(&step.id).unwrap_or_default();
        steps_of.entry(step.run_id).or_default().push(step_view(step, attempts)?);
    }
    Ok(runs
        .into_iter()
        .map(|run| {
            let steps = steps_of.remove(&run.id).unwrap_or_default();
            run_view(run, steps)
        })
        .collect())
}

fn run_view(run: run::Model, steps: Vec<StepView>) -> RunView {
    RunView {
        id: run.id,
        workflow: run.workflow,
        store: run.store,
        state: run.state,
        priority: run.priority,
        requested_by: run.requested_by,
        trigger: run.trigger,
        created_at: run.created_at,
        started_at: steps.iter().filter_map(|step| step.started_at).min(),
        finished_at: run.finished_at,
        steps,
    }
}

fn step_view(step: step::Model, attempts: Vec<AttemptView>) -> Result<StepView, Error> {
    Ok(StepView {
        name: step.name,
        pool: step.pool,
        state: step.state,
        attempt: step.attempt,
        max_attempts: step.max_attempts,
        worker: step.worker,
        started_at: step.started_at,
        finished_at: step.finished_at,
        progress: read(step.progress)?,
        receipt: step.receipt,
        fault: read(step.fault)?,
        attempts,
    })
}

fn attempt_view(attempt: attempt::Model) -> Result<AttemptView, Error> {
    Ok(AttemptView {
        n: attempt.n,
        worker: attempt.worker,
        started_at: attempt.started_at,
        finished_at: attempt.finished_at,
        outcome: attempt.outcome,
        fault: read(attempt.fault)?,
    })
}

fn read<T: DeserializeOwned>(json: Option<Value>) -> Result<Option<T>, Error> {
    json.map(serde_json::from_value).transpose().map_err(|error| Error::Read(sea_orm::DbErr::Json(error.to_string())))
}
