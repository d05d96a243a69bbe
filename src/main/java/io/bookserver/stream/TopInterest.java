package io.bookserver.stream;

import io.bookserver.book.MarketSnapshot;
import io.bookserver.book.TopOfBook;

/**
 * Follows a market's top: the current one, then only those in which the reader of the {@link TopView} sees a difference.
 *
 * <p><i>Not thread-safe; confined to the event loop of its connection.</i>
 */
final class TopInterest extends Interest {
    private final TopView view;
    /** The newest top that looks like the one the client was sent; null before the first. */
    private TopOfBook held;
    /** While the client does not read: the newest that was heard of. */
    private TopOfBook heard;

    TopInterest(Subscription subscription, String ticker, boolean isUnknown, TopView view) {
        super(subscription, ticker, isUnknown);
        this.view = view;
    }

    @Override
    boolean isNews(MarketSnapshot market) {
        return market.version() > version() && (held == null || !view.isSame(market.topOfBook(), held));
    }

    @Override
    void follow(Publication publication) {
        MarketSnapshot after = publication.after();
        if (!isNews(after)) {
            settle(after);
            return;
        }
        conflate(publication.topChanges() - 1);
        if (subscription().session().isWritable()) {
            tell(after, 0);
        } else {
            await(after);
        }
    }

    @Override
    int missed(Publication publication) {
        TopOfBook top = publication.after().topOfBook();
        if (heard != null && top.version() <= heard.version()) {
            return 0;
        }
        boolean changed = heard == null || !view.isSame(top, heard);
        heard = top;
        return changed ? Math.max(1, publication.topChanges()) : 0;
    }

    @Override
    void heard(MarketSnapshot newest) {
        heard = newest.topOfBook();
    }

    @Override
    void holds(MarketSnapshot market) {
        held = market.topOfBook();
        heard = null;
    }

    @Override
    void send(MarketSnapshot market, long id, int conflated) {
        byte[] msg = view.msg(market, subscription().session().shard());
        subscription().write(view.type(), msg, id, conflated);
    }
}
