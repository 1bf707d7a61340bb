//! Unicode rules for names, emails, messages, passwords and search: which characters are visible, which texts are the
//! same, how text is searched, and what an emoji is. Knows no requests and no tables.

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
