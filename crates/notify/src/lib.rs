//! Messages: templates in three languages, SMS, letters, the outbox and its delivery.
