//! Random stories, the same in every run.

use std::fmt::Debug;

use proptest::{
    strategy::Strategy,
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};

/// Plays this many stories, each on its own runtime; a failing one is shortened before it is shown.
pub fn tell<S: Strategy<Value: Debug>>(stories: u32, story: S, told: impl AsyncFn(S::Value)) {
    let config = Config { cases: stories, max_shrink_iters: 200, failure_persistence: None, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    let outcome = runner.run(&story, |story| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(told(story));
        Ok(())
    });
    outcome.unwrap_or_else(|failure| panic!("{failure}"));
}
