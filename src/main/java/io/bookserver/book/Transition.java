package io.bookserver.book;

/** A market's next snapshot, which is the one before where nothing changed, and why. <i>Immutable.</i> */
record Transition(MarketSnapshot after, ApplyOutcome outcome) {}
