package io.bookserver.book;

/**
 * A market whose snapshot number n has the quantity n at every price of both sides and the time n in every stamp. A
 * mixture of two snapshots, or an incomplete one, is therefore detectable.
 *
 * <p><i>Stateless.</i>
 */
final class Fixture {
    static final String TICKER = "KXTEST-26NOV23-A";
    static final long BASE_MS = 1_000;

    private static final int[] PRICES = {100, 200, 300};

    private Fixture() {}

    static BookReplaced snapshot(int number) {
        PriceLevels.Builder levels = new PriceLevels.Builder();
        for (int priceTicks : PRICES) {
            levels.add(priceTicks, number);
        }
        return new BookReplaced(TICKER, "", levels.build(), levels.build(), stamp(0, number));
    }

    static LevelChanged delta(int partition, int number, long deltaHundredths) {
        return new LevelChanged(TICKER, Side.YES, PRICES[0], deltaHundredths, stamp(partition, number));
    }

    private static RecordStamp stamp(int partition, int number) {
        return new RecordStamp.Builder().reset(partition, number, BASE_MS + number, BASE_MS + number).build();
    }

    /** The number of the complete snapshot that a market shows: 0 before the first, -1 if it shows no complete one. */
    static int wholeNumber(MarketSnapshot market) {
        BookSnapshot book = market.book();
        if (book.state() == BookState.AWAITING_SNAPSHOT) {
            return book.yes().isEmpty() && book.no().isEmpty() && market.version() == 0 ? 0 : -1;
        }
        int number = (int) market.version();
        boolean whole = market.ticker().equals(TICKER) && market.topOfBook().version() == number
                && isWhole(book.yes(), number) && isWhole(book.no(), number);
        return whole ? number : -1;
    }

    private static boolean isWhole(Ladder ladder, int number) {
        if (ladder.depth() != PRICES.length) {
            return false;
        }
        for (int i = 0; i < PRICES.length; i++) {
            Level level = ladder.level(PRICES.length - 1 - i);
            if (level == null || level.priceTicks() != PRICES[i] || level.quantityHundredths() != number
                    || level.stamp().receivedMs() != BASE_MS + number || level.serverPublishedMs() == 0) {
                return false;
            }
        }
        return true;
    }
}
