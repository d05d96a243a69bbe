package io.bookserver.stream;

import io.bookserver.book.MarketSnapshot;
import io.bookserver.book.TopOfBook;

/**
 * Follows a market's best level of both sides, as a {@link TopView} shows it.
 *
 * <p><i>Not thread-safe; confined to the event loop of its connection.</i>
 */
final class TopInterest extends ViewInterest<TopOfBook> {
    private final TopView view;

    TopInterest(Subscription subscription, String ticker, boolean isUnknown, TopView view) {
        super(subscription, ticker, isUnknown);
        this.view = view;
    }

    /** Always the newest, even if it looks the same: an older one would keep old levels alive. */
    @Override
    TopOfBook seen(MarketSnapshot market, TopOfBook before) {
        return market.topOfBook();
    }

    @Override
    boolean isSame(TopOfBook seen, MarketSnapshot market) {
        return view.isSame(market.topOfBook(), seen);
    }

    @Override
    int changes(Publication publication) {
        return view.changes(publication);
    }

    @Override
    DataType type() {
        return view.type();
    }

    @Override
    byte[] msg(MarketSnapshot market) {
        Session session = subscription().session();
        return view.msg(market, session.shard().messages(), session.isLegacy());
    }
}
