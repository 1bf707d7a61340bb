//! Tests that need a server from outside: a binary of their own, which reports them as ignored without that server.

use std::process::ExitCode;

use libtest_mimic::{Arguments, Trial};

/// These functions, by name.
macro_rules! tests {
    ($($name:ident)*) => {
        [$((stringify!($name), || crate::outside::block_on($name())),)*]
    };
}
pub(crate) use tests;

/// Runs the tests that the command line names. `kind` says what they need.
pub fn run<const N: usize>(kind: &str, has_server: bool, tests: [(&str, fn()); N]) -> ExitCode {
    let trial = |(name, test): (&str, fn())| {
        let test = move || {
            test();
            Ok(())
        };
        Trial::test(name, test).with_kind(kind).with_ignored_flag(!has_server)
    };
    libtest_mimic::run(&Arguments::from_args(), tests.into_iter().map(trial).collect()).exit_code()
}

/// Runs a test.
pub fn block_on(test: impl Future<Output = ()>) {
    tokio::runtime::Runtime::new().expect("a runtime").block_on(test);
}
