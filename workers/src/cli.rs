//! What people type. A contract: it changes on purpose only.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

/// Backups of Magento stores that are restored every night, and the proof.
#[derive(Debug, Parser)]
#[command(name = "holdfast", version, max_term_width = 120, subcommand_required = true, arg_required_else_help = true)]
pub struct Cli {
    /// The installation's file; else $HOLDFAST_CONFIG, ./holdfast.toml, /etc/holdfast/holdfast.toml
    #[arg(long, global = true, env = "HOLDFAST_CONFIG", value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// One JSON document on stdout (or one object a line, for streams)
    #[arg(long, global = true)]
    pub json: bool,
    /// More in the log on stderr; twice for debugging
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub verbose: u8,
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// A sample store, backed up end to end and restored, in a directory of its own
    Demo(Demo),
    /// Write the example files and make the installation's keys
    Init(Init),
    /// Reach every source and location with the real credentials, and say what is missing
    Check { store: Option<String> },
    /// Scheduler and workers in one process, with a Postgres of their own unless one is named
    Up(Up),
    /// Work on queued steps
    Worker(Worker),
    /// Start runs when they are due
    Scheduler,
    /// Validate the configuration and make it the one that workers use
    Apply {
        /// Show the difference, change nothing
        #[arg(long)]
        dry_run: bool,
    },
    /// The configuration's JSON Schema, and what is in force
    #[command(subcommand)]
    Config(Config),
    /// Keys of stores, escrow and installation
    #[command(subcommand)]
    Keys(Keys),
    /// Runs: list, look, and act
    #[command(subcommand)]
    Run(Run),
    /// Backups: start, list, look, prove
    #[command(subcommand)]
    Backup(Backup),
    /// Restore a store, or tables of it, into another server or schema
    Restore(Restore),
    /// Read an archive with nothing but its objects and a key
    #[command(subcommand)]
    Archive(Archive),
    /// Shell completions
    Completions { shell: clap_complete::Shell },
    /// The man page, in roff
    Man,
}

#[derive(Debug, Args)]
pub struct Demo {
    /// About how much data the sample store holds, e.g. 20M or 2G
    #[arg(long, default_value = "20M", value_name = "SIZE")]
    pub size: String,
    /// Where the demo lives; a new temporary directory when not given
    #[arg(long, value_name = "DIR")]
    pub dir: Option<PathBuf>,
    /// Leave everything there afterwards, to look at
    #[arg(long)]
    pub keep: bool,
}

#[derive(Debug, Args)]
pub struct Init {
    /// Where to write holdfast.toml and stores/
    #[arg(default_value = ".")]
    pub dir: PathBuf,
}

#[derive(Debug, Args)]
pub struct Up {
    #[command(flatten)]
    pub worker: Worker,
}

#[derive(Debug, Clone, Args)]
pub struct Worker {
    /// Which queues to serve
    #[arg(long, value_delimiter = ',', default_values = ["core", "docker", "restore"], value_name = "POOLS")]
    pub pools: Vec<String>,
    /// Steps at once, in each pool
    #[arg(long, default_value_t = 2, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    pub concurrency: u16,
}

#[derive(Debug, Subcommand)]
pub enum Config {
    /// The JSON Schema of holdfast.toml and stores/*.toml, for editors
    Schema,
    /// The version in force, and the stores in it
    Show,
}

#[derive(Debug, Subcommand)]
pub enum Keys {
    /// Make the key pair of a store
    New {
        #[arg(required_unless_present = "escrow")]
        store: Option<String>,
        /// Make an escrow pair instead: take its private half offline
        #[arg(long)]
        escrow: bool,
    },
    /// The keys that are here, and which halves
    List,
    /// A new key pair for a store: later backups are sealed for it, the old private key is kept for the earlier ones
    Rotate { store: String },
    /// Open the newest backup of every store with the escrow key alone
    EscrowTest {
        /// The escrow's private key
        #[arg(long, value_name = "FILE")]
        key: Option<PathBuf>,
    },
}

#[derive(Debug, Subcommand)]
pub enum Run {
    /// Runs, newest first
    List {
        #[arg(long)]
        store: Option<String>,
        #[arg(long, value_enum)]
        state: Option<RunState>,
        #[arg(long, default_value_t = 20)]
        limit: u32,
    },
    /// One run: its steps, attempts and faults
    Show { id: String },
    /// Try a stopped step again; the rest of the run goes on from there
    Retry {
        id: String,
        #[arg(long)]
        step: Option<String>,
    },
    /// End a run; a running step is told to stop
    Cancel { id: String },
    /// Start no further step of a run
    Pause { id: String },
    /// Go on with a paused run
    Resume { id: String },
    /// Follow a run until it ends
    Watch { id: String },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum RunState {
    Running,
    Paused,
    Succeeded,
    Failed,
    Cancelled,
}

#[derive(Debug, Subcommand)]
pub enum Backup {
    /// Back a store up now
    Now {
        store: String,
        #[command(flatten)]
        wait: Wait,
    },
    /// Backups of a store, newest first
    List {
        store: String,
        #[arg(long, default_value_t = 20)]
        limit: u64,
    },
    /// One backup: where its copies lie, and what was proven of it
    Show { id: String },
    /// Restore a copy into a sandbox and compare everything
    Verify {
        id: String,
        /// The location whose copy is read; hot when not given
        #[arg(long, value_name = "LOCATION")]
        from: Option<String>,
        /// How deep to look: L1 digests, L2 every seal, L3 restored and compared, L4 with the store's own checks, L5 the same from a mirror
        #[arg(long, value_enum, default_value = "L4")]
        level: Level,
        #[command(flatten)]
        wait: Wait,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Level {
    #[value(name = "L1")]
    L1,
    #[value(name = "L2")]
    L2,
    #[value(name = "L3")]
    L3,
    #[value(name = "L4")]
    L4,
    #[value(name = "L5")]
    L5,
}

#[derive(Debug, Clone, Copy, Args)]
pub struct Wait {
    /// Print the run's id and return at once
    #[arg(long)]
    pub no_wait: bool,
}

#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("which").required(true).args(["backup", "latest"]))]
pub struct Restore {
    pub store: String,
    /// This backup (its id, or the start of it)
    #[arg(long, value_name = "ID")]
    pub backup: Option<String>,
    /// The newest backup that was verified
    #[arg(long)]
    pub latest: bool,
    /// Where to: mysql://user:password@host:3306/schema, or env:NAME or file:PATH that holds it
    #[arg(long, value_name = "URL")]
    pub to: String,
    /// Only this table; may be given again
    #[arg(long = "table", value_name = "TABLE")]
    pub tables: Vec<String>,
    /// The location whose copy is read; hot when not given
    #[arg(long, value_name = "LOCATION")]
    pub from: Option<String>,
    /// Refuse a target that is not empty (always so, unless --replace)
    #[arg(long, conflicts_with = "replace")]
    pub into_empty_only: bool,
    /// Remove what stands in the target first
    #[arg(long)]
    pub replace: bool,
    /// The store's name, typed: the target may be its production
    #[arg(long, value_name = "NAME")]
    pub yes_this_is_production: Option<String>,
    /// Threads that load
    #[arg(long, value_name = "N")]
    pub parallel: Option<usize>,
    #[command(flatten)]
    pub wait: Wait,
}

#[derive(Debug, Subcommand)]
pub enum Archive {
    /// What lies there: backups, or the tables of one with a key
    List(Place),
    /// Check signatures, digests and the chain; with a key, every seal
    Verify(Place),
    /// The rows of one table as they are stored: tab-separated text
    Cat {
        #[command(flatten)]
        place: Place,
        #[arg(long, value_name = "TABLE")]
        table: String,
    },
    /// The whole backup (or tables of it) as SQL that a mysql client reads
    Sql {
        #[command(flatten)]
        place: Place,
        #[arg(long = "table", value_name = "TABLE")]
        tables: Vec<String>,
    },
}

#[derive(Debug, Clone, Args)]
pub struct Place {
    /// A location's directory or URL, down to the store or the backup if you like
    #[arg(value_name = "DIR-OR-URL")]
    pub place: String,
    /// The backup; the newest one there when not given
    #[arg(long, value_name = "ID")]
    pub backup: Option<String>,
    /// A private key that opens it: the store's, or an escrow key
    #[arg(long, value_name = "FILE", env = "HOLDFAST_KEY_FILE")]
    pub key: Option<PathBuf>,
    /// The installation's verifying key: who must have signed
    #[arg(long, value_name = "FILE")]
    pub signer: Option<PathBuf>,
}
