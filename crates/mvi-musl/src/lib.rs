//! Whether an image can move to musl: what each of its objects wants of glibc, and what would unblock it. Pure: an
//! inventory and a tree in, a verdict with its proof out.

mod group;
mod judge;
mod node;
mod object;
mod python;
mod system;
mod wheel_names;

pub use judge::{Answer, Evidence, Subject, SubjectKind, Verdict, judge};
pub use object::{Means, ObjectAnswer, answer_object};
pub use wheel_names::{WheelName, WheelNames};
