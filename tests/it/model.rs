//! Random stories of a few people, told to the server and to a plain model of the contract: every answer, every
//! broadcast, every history and every chat list must be as the model says.

mod compare;
mod contract;
mod steps;
mod world;

use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use world::World;

const STORIES: u32 = 12;
const STEPS: usize = 60;

#[test]
fn random_stories_go_as_the_contract_says() {
    let config = Config { cases: STORIES, max_shrink_iters: 200, failure_persistence: None, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    let outcome = runner.run(&steps::story(STEPS), |story| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(async {
            let mut world = World::new().await;
            for step in &story {
                world.does(step).await;
            }
            world.ends().await;
        });
        Ok(())
    });
    outcome.unwrap_or_else(|failure| panic!("{failure}"));
}
