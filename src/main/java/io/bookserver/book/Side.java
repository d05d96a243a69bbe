package io.bookserver.book;

/**
 * The two ladders of a binary market. Both hold bids: a bid for "no" at p is an offer of "yes" at 1 dollar - p.
 *
 * <p><i>Immutable.</i>
 */
public enum Side {
    YES,
    NO
}
