package io.bookserver.book;

/**
 * What a lifecycle message tells of a market beside its life. It changes no book, makes no market known and no version
 * grow.
 *
 * <p><i>Immutable.</i>
 *
 * @param told what is empty in it was not told
 */
public record MarketDescribed(String ticker, MarketDetails told) {}
