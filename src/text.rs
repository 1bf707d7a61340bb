//! Unicode as people meet it: what is visible, which texts are the same, how a text is searched, what a password or an
//! emoji is. The one set of rules for names, e-mails, messages, passwords and search. Knows no request and no table.

mod emoji;
mod fold;
mod names;
mod passwords;
mod visible;

pub use emoji::is_emoji;
pub use fold::{FOLD_VERSION, identity, search};
pub use names::{DELETED_ACCOUNT, UNNAMED, is_reserved, shown_group, shown_person};
pub use passwords::{is_common, password, spellings};
pub use visible::{bidi_control, has_visible, invisible, without_ignorable};
