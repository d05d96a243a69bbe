package io.bookserver.stream;

import io.bookserver.book.MarketSnapshot;
import io.bookserver.book.TopOfBook;
import io.bookserver.kalshi.BookJson;

/**
 * Follows a market's top of book: the current one, then only those that differ from the one sent before.
 *
 * <p><i>Not thread-safe; confined to the event loop of its connection.</i>
 */
final class TopOfBookInterest extends Interest {
    private TopOfBook sent;
    private TopOfBook seen;

    TopOfBookInterest(Subscription subscription, String ticker) {
        super(subscription, ticker);
    }

    @Override
    boolean matters(Publication publication) {
        TopOfBook top = publication.after().topOfBook();
        boolean changed = seen == null || top.version() > seen.version() && !top.sameAs(seen);
        if (changed) {
            seen = top;
        }
        return changed;
    }

    @Override
    void follow(Publication publication) {
        TopOfBook top = publication.after().topOfBook();
        if (sent != null && (top.version() <= sent.version() || top.sameAs(sent))) {
            return;
        }
        conflate(publication.topChanges() - 1);
        if (subscription().session().isWritable()) {
            write(top, 0, takeConflated());
        } else {
            seen = top;
            sendCurrent(0);
        }
    }

    @Override
    void catchUp() {
        if (sent == null || !current().topOfBook().sameAs(sent)) {
            sendCurrent(0);
        }
    }

    @Override
    void begin() {
        sendCurrent(0);
    }

    @Override
    void send(MarketSnapshot market, long id, int conflated) {
        TopOfBook top = market.topOfBook();
        if (id != 0 || sent == null || !top.sameAs(sent)) {
            write(top, id, conflated);
        }
    }

    private void write(TopOfBook top, long id, int conflated) {
        sent = top;
        seen = top;
        subscription().write(DataType.TOP_OF_BOOK, BookJson.topOfBook(top), id, conflated);
    }
}
