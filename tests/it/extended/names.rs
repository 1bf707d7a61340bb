//! Names of users that no row contains.

use serde_json::json;

use crate::support::{Request, TestServer, column, new_id};

#[tokio::test]
async fn names_are_returned_also_without_a_shared_chat() {
    let server = TestServer::start().await;
    let [ann, bob, cy] = server.people(["Ann", "Bob", "Cy"]).await;
    cy.delete("/api/profile/destroy").await.expect(200);
    let request = Request::new("people", json!({ "userIds": [cy.id, bob.id, new_id(), bob.id] }));
    let names = column(&ann.hearth().await.rows(&request).await, "firstName");
    assert_eq!(names, ["Bob", "Deleted account"]);
}
