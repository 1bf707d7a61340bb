//! Random stories of a few people, told to the server and to a plain model of the contract: every answer, every
//! broadcast, every history and every chat list must be as the model says.

mod compare;
mod contract;
mod steps;
mod world;

use crate::support::stories;
use world::World;

const STORIES: u32 = 12;
const STEPS: usize = 60;

#[test]
fn random_stories_follow_the_contract() {
    stories::tell(STORIES, steps::story(STEPS), async |story| {
        let mut world = World::new().await;
        for step in &story {
            world.does(step).await;
        }
        world.ends().await;
    });
}
