//! The server's process on this machine: found by its port, measured through `/proc`.

use std::{
    collections::HashMap,
    ffi::OsString,
    fs,
    path::PathBuf,
    time::{Duration, Instant},
};

use anyhow::{Context, Result};

use crate::http::Server;

/// The state of a listening socket in `/proc/net/tcp`.
const LISTEN: &str = "0A";
/// The unit of CPU times in `/proc`: part of the kernel's interface, whatever its own timer does.
const TICKS_PER_SECOND: f64 = 100.0;
/// CPU time of threads that have ended is only known in ticks: differences up to this are rounding.
const ROUNDING: Duration = Duration::from_millis(50);

/// A process that this user may observe.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Process(u32);

/// What a process has used since it started.
struct Usage {
    /// To a hundredth of a second.
    cpu: Duration,
    /// Of each thread that runs, in nanoseconds.
    threads: HashMap<OsString, u64>,
    /// System calls that read or write files, pipes and events; of those on sockets, only `read`, `write` and their kin, not
    /// `send` and `recv`.
    reads: u64,
    writes: u64,
    /// How often the threads that run waited for something.
    waits: u64,
}

/// What a server used during a measurement.
pub(crate) struct Cost {
    pub(crate) cpu: Duration,
    /// Cores in use on average.
    pub(crate) cores: f64,
    pub(crate) reads: u64,
    pub(crate) writes: u64,
    pub(crate) waits: u64,
    /// At the end.
    pub(crate) memory_kib: u32,
}

/// Observes a server from its creation on.
pub(crate) struct Meter {
    process: Process,
    began: Instant,
    before: Usage,
}

impl Meter {
    /// Observes whatever listens at this address.
    pub(crate) fn start(server: Server) -> Result<Self> {
        let process = Process::listening(server)?;
        Ok(Self { process, began: Instant::now(), before: process.usage()? })
    }

    /// What was used until now.
    pub(crate) fn read(&self) -> Result<Cost> {
        let (after, before) = (self.process.usage()?, &self.before);
        let cpu = after.cpu_since(before);
        Ok(Cost {
            cpu,
            cores: cpu.as_secs_f64() / self.began.elapsed().as_secs_f64(),
            reads: after.reads.saturating_sub(before.reads),
            writes: after.writes.saturating_sub(before.writes),
            waits: after.waits.saturating_sub(before.waits),
            memory_kib: self.process.resident_kib()?,
        })
    }
}

impl Usage {
    fn cpu_since(&self, before: &Self) -> Duration {
        let earlier = |thread| before.threads.get(thread).copied().unwrap_or_default();
        let nanos = self.threads.iter().map(|(thread, nanos)| nanos.saturating_sub(earlier(thread))).sum();
        let (precise, rounded) = (Duration::from_nanos(nanos), self.cpu.saturating_sub(before.cpu));
        if rounded > precise + ROUNDING { rounded } else { precise }
    }
}

impl Process {
    /// The process with this id.
    pub(crate) fn with_id(pid: u32) -> Self {
        Self(pid)
    }

    /// The process that listens on the server's port.
    pub(crate) fn listening(server: Server) -> Result<Self> {
        let port = server.address().port();
        let inode = ["/proc/net/tcp", "/proc/net/tcp6"].into_iter().find_map(|path| {
            let table = fs::read_to_string(path).ok()?;
            table.lines().find_map(|line| listener(line, port))
        });
        let inode = inode.with_context(|| format!("nothing listens on port {port}"))?;
        let socket = PathBuf::from(format!("socket:[{inode}]"));
        let holds = |pid: &u32| {
            // Processes of other users, and those that have ended meanwhile, show no descriptors.
            let Ok(files) = fs::read_dir(format!("/proc/{pid}/fd")) else { return false };
            files.flatten().any(|file| fs::read_link(file.path()).is_ok_and(|target| target == socket))
        };
        let mut processes =
            fs::read_dir("/proc")?.flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok());
        processes.find(holds).map(Self).with_context(|| format!("no process of this user listens on port {port}"))
    }

    /// Its resident set, in KiB.
    pub(crate) fn resident_kib(self) -> Result<u32> {
        field(&self.file("status")?, "VmRSS:").with_context(|| format!("process {} has no VmRSS", self.0))
    }

    /// How many descriptors it has open.
    pub(crate) fn descriptors(self) -> Result<usize> {
        let path = format!("/proc/{}/fd", self.0);
        Ok(fs::read_dir(&path).with_context(|| path.clone())?.count())
    }

    fn usage(self) -> Result<Usage> {
        let (stat, io) = (self.file("stat")?, self.file("io")?);
        let calls = |name| field(&io, name).with_context(|| format!("process {} has no {name}", self.0));
        let (mut threads, mut waits) = (HashMap::new(), 0);
        for thread in fs::read_dir(format!("/proc/{}/task", self.0))?.flatten() {
            let read = |name| fs::read_to_string(thread.path().join(name));
            // A thread can end at any time.
            if let (Ok(times), Ok(status)) = (read("schedstat"), read("status")) {
                let nanos = times.split(' ').next().and_then(|nanos| nanos.parse().ok()).unwrap_or_default();
                threads.insert(thread.file_name(), nanos);
                waits += field::<u64>(&status, "voluntary_ctxt_switches:").unwrap_or_default();
            }
        }
        Ok(Usage {
            cpu: cpu(&stat).with_context(|| format!("process {} has no CPU times", self.0))?,
            reads: calls("syscr:")?,
            writes: calls("syscw:")?,
            threads,
            waits,
        })
    }

    fn file(self, name: &str) -> Result<String> {
        let path = format!("/proc/{}/{name}", self.0);
        fs::read_to_string(&path).with_context(|| path.clone())
    }
}

/// The inode of the socket of this line, if it listens on the port.
fn listener(line: &str, port: u16) -> Option<u64> {
    let fields: Vec<_> = line.split_whitespace().collect();
    let (_, local) = fields.get(1)?.rsplit_once(':')?;
    let is_it = u16::from_str_radix(local, 16) == Ok(port) && fields.get(3) == Some(&LISTEN);
    if is_it { fields.get(9)?.parse().ok() } else { None }
}

/// The number in the line that begins with this name.
fn field<T: std::str::FromStr>(lines: &str, name: &str) -> Option<T> {
    lines.lines().find_map(|line| line.strip_prefix(name))?.split_whitespace().next()?.parse().ok()
}

/// User and system time. The name before them is in parentheses, and may contain some itself.
fn cpu(stat: &str) -> Option<Duration> {
    let (_, rest) = stat.rsplit_once(')')?;
    let mut ticks = rest.split_whitespace().skip(11).map(str::parse::<u32>);
    let (user, system) = (ticks.next()?.ok()?, ticks.next()?.ok()?);
    Some(Duration::from_secs_f64((f64::from(user) + f64::from(system)) / TICKS_PER_SECOND))
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use super::*;

    #[test]
    fn the_process_behind_a_port_is_found_and_measured() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let server: Server = format!("http://{}", listener.local_addr().unwrap()).parse().unwrap();
        assert_eq!(Process::listening(server).unwrap(), Process(std::process::id()));
        let cost = Meter::start(server).unwrap().read().unwrap();
        assert!(cost.memory_kib > 0 && cost.cpu > Duration::ZERO);
    }

    #[test]
    fn cpu_times_follow_the_name() {
        let stat = "7 (a) b) S 1 7 7 0 -1 4194560 1 0 0 0 150 50 0 0 20 0 1 0 5 6 7";
        assert_eq!(cpu(stat), Some(Duration::from_secs(2)));
    }
}
