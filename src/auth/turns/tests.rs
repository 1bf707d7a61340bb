//! Tests of the order of turns, and of who is rejected, without hashing.

use super::*;

/// Turns with one place, which is taken.
fn busy() -> (Arc<Turns>, Turn) {
    let turns = Arc::new(Turns::new(1));
    let Ok(Place::Now(turn)) = turns.join(Source::Program) else { panic!("the place is free") };
    (turns, turn)
}

fn wait(turns: &Arc<Turns>, address: &str) -> Option<oneshot::Receiver<Turn>> {
    match turns.join(Source::Address(address.parse().unwrap())) {
        Ok(Place::Later(turn)) => Some(turn),
        Ok(Place::Now(_)) => panic!("the only turn is taken"),
        Err(error) => {
            assert!(matches!(error, Error::Unavailable(_)));
            None
        }
    }
}

/// Whether each of these gets a turn, which it gives back at once.
async fn served(waiting: Vec<oneshot::Receiver<Turn>>) -> Vec<bool> {
    let waiting: Vec<_> = waiting.into_iter().map(|turn| tokio::spawn(async { turn.await.is_ok() })).collect();
    let mut served = Vec::new();
    for turn in waiting {
        served.push(turn.await.unwrap());
    }
    served
}

#[tokio::test]
async fn a_network_that_fills_the_queue_keeps_no_other_out() {
    let (turns, turn) = busy();
    let attack: Vec<_> = (0..2000).filter_map(|n| wait(&turns, &format!("2001:db8:0:{n:x}::1"))).collect();
    assert_eq!(attack.len(), WAITING - RESERVED);
    let honest: Vec<_> = (1..=20).filter_map(|n| wait(&turns, &format!("192.0.{n}.1"))).collect();
    assert_eq!(honest.len(), 20);
    drop(turn);
    let (attack, honest) = tokio::join!(served(attack), served(honest));
    assert_eq!(honest, [true; 20]);
    assert_eq!(attack.iter().filter(|served| !**served).count(), 20, "each took a place of that network");
    assert_eq!(turns.lock().running, 0);
}

#[tokio::test]
async fn turns_go_round_by_network() {
    let (turns, turn) = busy();
    let mut many: Vec<_> = (0..10).map(|n| wait(&turns, &format!("192.0.2.{n}")).unwrap()).collect();
    let mut one = wait(&turns, "198.51.100.1").unwrap();
    drop(turn);
    let first = many[0].try_recv().expect("it came first");
    assert!(one.try_recv().is_err());
    drop(first);
    let second = one.try_recv().expect("the other network is next");
    assert!(many[1].try_recv().is_err());
    drop(second);
    assert!(many[1].try_recv().is_ok());
}

#[tokio::test]
async fn places_are_kept_for_addresses_that_logged_in_before() {
    let (turns, _turn) = busy();
    turns.remember("203.0.113.7".parse().unwrap());
    let attack: Vec<_> = (0..1000).filter_map(|n| wait(&turns, &format!("10.{}.{}.1", n / 250, n % 250))).collect();
    assert_eq!(attack.len(), WAITING - RESERVED, "one per network: none has more than another");
    assert!(wait(&turns, "203.0.113.8").is_none());
    assert!(wait(&turns, "203.0.113.7").is_some());
    assert!(turns.join(Source::Person(UserId(uuid::Uuid::nil()))).is_ok());
}

#[tokio::test]
async fn a_cancelled_request_gives_its_place_back() {
    let (turns, turn) = busy();
    let gone: Vec<_> = (0..1000).filter_map(|n| wait(&turns, &format!("10.{}.{}.1", n / 250, n % 250))).collect();
    drop(gone);
    let patient = wait(&turns, "203.0.113.8").expect("nobody else waits");
    assert_eq!(turns.lock().unknown.length, 1);
    drop(turn);
    assert!(patient.await.is_ok());
    assert_eq!(turns.lock().running, 0);
}
