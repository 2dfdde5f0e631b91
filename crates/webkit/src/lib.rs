//! The HTTP shell: app, visitor, forms, languages, sessions, problem documents, layout, assets.
