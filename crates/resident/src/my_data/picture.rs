use webkit::{CleanImage, SentFile};

pub(super) use crate::pictures::MAX_BYTES;
use crate::visit::Visit;

/// The picture that was sent with a request; otherwise a sentence for the page.
pub(super) fn take(visit: &Visit, sent: &SentFile) -> Result<CleanImage, String> {
    visit.state.pictures.take(&visit.state.platform, (&visit.visitor.texts(), &visit.t), sent)
}
