//! Hours of mixed load at half the maximum, to see that memory, descriptors, the write-ahead log and latency stay flat.

mod mix;
mod person;
mod plot;
mod samples;
mod verdict;

use std::{
    fs,
    path::PathBuf,
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use clap::{Args, value_parser};
use serde::Serialize;
use serde_json::json;
use tokio::{task::JoinSet, time::sleep};

use crate::{
    accounts::Run,
    database::Database,
    http::Server,
    report::{Kind, Report, count, per_second},
    target::Target,
};
use person::{Pace, Person};
use samples::{Counts, Sampler};

/// How long to measure the maximum.
const SHORT: Duration = Duration::from_secs(15);
/// Seconds between two log-ins beside the other load: each costs a password hash.
const LOG_IN_EVERY: Duration = Duration::from_secs(5);
/// So few samples show no trend.
const FEW: usize = 4;
/// The part of the wanted rate that must be reached.
const REACHED: f64 = 0.95;

#[derive(Args, Serialize)]
pub(crate) struct Options {
    /// Minutes at half the maximum
    #[arg(long, default_value_t = 60, value_parser = value_parser!(u64).range(1..=1440))]
    minutes: u64,

    /// People, each with one connection; in groups of eight and in pairs
    #[arg(long, default_value_t = 32, value_parser = value_parser!(u32).range(8..=512))]
    people: u32,

    /// Requests per second [default: half of the maximum, which is measured first]
    #[arg(long, value_parser = value_parser!(u32).range(1..=100_000))]
    rate: Option<u32>,

    /// Seconds between two samples
    #[arg(long, default_value_t = 5, value_parser = value_parser!(u64).range(1..=60))]
    every: u64,

    /// The folder for soak.csv and soak.svg
    #[arg(long, default_value = "soak")]
    #[serde(skip)]
    out: PathBuf,

    /// The server to start, with `--database` [default: `hearth` beside this program]
    #[arg(long)]
    #[serde(skip)]
    binary: Option<PathBuf>,

    /// Measure the server that runs already at `--url`: nothing is started
    #[arg(long, conflicts_with = "binary")]
    running: bool,
}

impl Options {
    /// The longest time that this may take.
    pub(crate) fn longest(&self) -> Duration {
        Duration::from_mins(self.minutes + 30)
    }
}

/// Measures, and writes the samples and the plot. Rejects the server if something grew.
pub(crate) async fn run(url: Server, database: Option<&Database>, options: Options) -> Result<Report> {
    ensure!(options.people.is_multiple_of(8), "--people must be a multiple of 8: {}", options.people);
    fs::create_dir_all(&options.out).with_context(|| options.out.display().to_string())?;
    let target = if options.running {
        Target::running(url, database)?
    } else {
        let beside = std::env::current_exe()?.with_file_name("hearth");
        Target::start(options.binary.as_ref().unwrap_or(&beside), database).await?
    };
    let server = target.server;
    let accounts = Run::new(server).people(options.people).await?;
    let counts = Arc::new(Counts::default());
    let mut people = Person::all(server, &accounts, &counts).await?;

    let rate = if let Some(rate) = options.rate {
        f64::from(rate)
    } else {
        let began = Instant::now();
        people = work(people, Pace::Fast, SHORT).await?;
        per_second(counts.take().latencies.len(), began.elapsed()) / 2.0
    };

    let mut log_ins = JoinSet::new();
    log_ins.spawn(keep_logging_in(server, Run::new(server)));
    let time = Duration::from_mins(options.minutes);
    let mut sampler = Sampler::new(&target, counts, Duration::from_secs(options.every));
    let ended = tokio::select! {
        worked = work(people, Pace::at(rate, options.people), time) => worked.map(drop),
        failed = log_ins.join_next() => failed.context("it runs")?.map_err(Into::into).flatten(),
        sampled = sampler.run() => sampled,
    };
    let samples = sampler.samples;
    let title = format!("{} min of mixed load, {rate:.0} requests per second", options.minutes);
    // Also after a failure: they show what led to it.
    fs::write(options.out.join("soak.csv"), samples::csv(&samples))?;
    fs::write(options.out.join("soak.svg"), plot::svg(&title, &samples))?;
    ended?;
    ensure!(samples.len() > FEW, "{} samples are too few to judge", samples.len());

    let mut report = Report::new(&title);
    let mut grew = Vec::new();
    for judged in verdict::judge(&samples) {
        report.line(judged.name, &judged);
        report.record(Kind::Figure, format!("{} mean", judged.name), judged.mean, judged.unit);
        report.record(Kind::Figure, format!("{} change", judged.name), judged.rise, judged.unit);
        grew.extend((!judged.is_flat()).then_some(judged.name));
    }
    let reached = samples.iter().map(|sample| sample.requests).sum::<f64>() / count(samples.len());
    report.value(Kind::Figure, "requests", reached, "/s");
    report.line("written", options.out.join("soak.svg").display());
    if !grew.is_empty() {
        report.fault = Some(format!("not flat: {}", grew.join(", ")));
    } else if reached < REACHED * rate {
        report.fault = Some(format!("the server did not keep up: {reached:.0} of {rate:.0} requests per second"));
    }
    Ok(report)
}

/// Lets people work for a time.
async fn work(people: Vec<Person>, pace: Pace, time: Duration) -> Result<Vec<Person>> {
    let end = Instant::now() + time;
    let mut tasks = JoinSet::new();
    for person in people {
        tasks.spawn(person.work(pace, end));
    }
    let mut done = Vec::new();
    while let Some(person) = tasks.join_next().await {
        done.push(person??);
    }
    Ok(done)
}

/// Logs in and out, again and again.
async fn keep_logging_in(server: Server, run: Run) -> Result<()> {
    run.sign_up(0..1).await?;
    loop {
        sleep(LOG_IN_EVERY).await;
        let account = run.log_in(0..1).await?.pop().context("one account")?;
        server.post("/api/auth/logout", Some(&account.token), &json!({})).await?;
    }
}
