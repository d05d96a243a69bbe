package io.bookserver.stream;

import io.bookserver.book.Level;
import io.bookserver.book.MarketSnapshot;
import io.bookserver.book.Side;
import io.bookserver.book.TopOfBook;
import io.bookserver.kalshi.BookJson;
import java.util.Optional;

/**
 * What a subscriber sees of a market's top of book, and therefore which changes are sent.
 *
 * <p><i>Immutable.</i>
 */
enum TopView {
    /** Our own channel: the best price and quantity of both sides, the market's status and the book's state. */
    TOP_OF_BOOK(DataType.TOP_OF_BOOK) {
        @Override
        boolean isSame(TopOfBook one, TopOfBook other) {
            return one.sameAs(other);
        }

        @Override
        int changes(Publication publication) {
            return publication.changesOfTop(1, true);
        }

        @Override
        byte[] msg(MarketSnapshot market, SharedMessages messages, boolean legacy) {
            return BookJson.topOfBook(market.topOfBook());
        }
    },
    /** The exchange's {@code ticker}: the best price and quantity of both sides. */
    TICKER(DataType.TICKER) {
        @Override
        boolean isSame(TopOfBook one, TopOfBook other) {
            return one == other || isSameBest(one.bestBid(Side.YES), other.bestBid(Side.YES))
                    && isSameBest(one.bestBid(Side.NO), other.bestBid(Side.NO));
        }

        @Override
        int changes(Publication publication) {
            return publication.changesOfTop(1, false);
        }

        @Override
        byte[] msg(MarketSnapshot market, SharedMessages messages, boolean legacy) {
            return legacy ? messages.legacyTicker(market) : messages.ticker(market);
        }
    };

    private final DataType type;

    TopView(DataType type) {
        this.type = type;
    }

    DataType type() {
        return type;
    }

    /** Whether a subscriber would see no difference. */
    abstract boolean isSame(TopOfBook one, TopOfBook other);

    /** The number of changes in a publication that the subscriber sees. */
    abstract int changes(Publication publication);

    /** The {@code msg}, which all followers share. */
    abstract byte[] msg(MarketSnapshot market, SharedMessages messages, boolean legacy);

    private static boolean isSameBest(Optional<Level> one, Optional<Level> other) {
        return one.isPresent() == other.isPresent() && (one.isEmpty() || one.get().sameSizeAs(other.get()));
    }
}
