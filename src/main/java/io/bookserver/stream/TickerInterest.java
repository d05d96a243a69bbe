package io.bookserver.stream;

import io.bookserver.book.Level;
import io.bookserver.book.MarketSnapshot;
import io.bookserver.book.Side;
import io.bookserver.book.TopOfBook;
import io.bookserver.kalshi.StreamJson;
import java.util.Optional;

/**
 * Follows a market's best prices and sizes in the exchange's own {@code ticker} message.
 *
 * <p><i>Not thread-safe; confined to the event loop of its connection.</i>
 */
final class TickerInterest extends Interest {
    private TopOfBook sent;
    private TopOfBook seen;

    TickerInterest(Subscription subscription, String ticker) {
        super(subscription, ticker);
    }

    @Override
    boolean matters(Publication publication) {
        TopOfBook top = publication.after().topOfBook();
        boolean changed = seen == null || top.version() > seen.version() && !samePrices(top, seen);
        if (changed) {
            seen = top;
        }
        return changed;
    }

    @Override
    void follow(Publication publication) {
        TopOfBook top = publication.after().topOfBook();
        if (sent != null && (top.version() <= sent.version() || samePrices(top, sent))) {
            return;
        }
        conflate(publication.topChanges() - 1);
        if (subscription().session().isWritable()) {
            write(publication.after(), 0, takeConflated());
        } else {
            seen = top;
            sendCurrent(0);
        }
    }

    @Override
    void catchUp() {
        if (sent == null || !samePrices(current().topOfBook(), sent)) {
            sendCurrent(0);
        }
    }

    @Override
    void begin() {
        TopOfBook top = current().topOfBook();
        seen = top;
        if (subscription().options().sendInitialSnapshot()) {
            sendCurrent(0);
        } else {
            sent = top;
        }
    }

    @Override
    void send(MarketSnapshot market, long id, int conflated) {
        if (id != 0 || sent == null || !samePrices(market.topOfBook(), sent)) {
            write(market, id, conflated);
        }
    }

    private void write(MarketSnapshot market, long id, int conflated) {
        sent = market.topOfBook();
        seen = sent;
        subscription().write(
                DataType.TICKER, StreamJson.ticker(sent, market.marketId(), statistics()), id, conflated);
    }

    private static boolean samePrices(TopOfBook one, TopOfBook other) {
        return samePrice(one.bestBid(Side.YES), other.bestBid(Side.YES))
                && samePrice(one.bestBid(Side.NO), other.bestBid(Side.NO));
    }

    private static boolean samePrice(Optional<Level> one, Optional<Level> other) {
        return one.isPresent() == other.isPresent() && (one.isEmpty() || one.get().sameSizeAs(other.get()));
    }
}
