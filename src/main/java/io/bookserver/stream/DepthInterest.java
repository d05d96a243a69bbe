package io.bookserver.stream;

import io.bookserver.book.MarketSnapshot;

/**
 * Follows the best levels of a market, to the subscription's depth.
 *
 * <p><i>Not thread-safe; confined to the event loop of its connection.</i>
 */
final class DepthInterest extends ViewInterest<TopLevels> {
    DepthInterest(Subscription subscription, String ticker, boolean isUnknown) {
        super(subscription, ticker, isUnknown);
    }

    @Override
    TopLevels seen(MarketSnapshot market, TopLevels before) {
        return before != null && before.isSeenIn(market, depth()) ? before : messages().levels(market, depth());
    }

    @Override
    boolean isSame(TopLevels seen, MarketSnapshot market) {
        return seen.isSeenIn(market, depth());
    }

    @Override
    int changes(Publication publication) {
        return publication.changesOfTop(depth(), true);
    }

    @Override
    DataType type() {
        return DataType.TOP_OF_BOOK;
    }

    @Override
    byte[] msg(MarketSnapshot market) {
        return messages().ladders(market, depth());
    }

    private int depth() {
        return subscription().options().depth().getAsInt();
    }

    private SharedMessages messages() {
        return subscription().session().shard().messages();
    }
}
