//! Random stories, played on the server and in a plain model of the contract: every answer, broadcast, history and chat
//! list must be as the model says.

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
