package io.bookserver.stream;

/**
 * Follows the trades of one market. Trading has no state that could be sent, so it begins with the next trade.
 *
 * <p><i>Not thread-safe; confined to the event loop of its connection.</i>
 */
final class TradeFollower extends Followed {
    TradeFollower(Subscription subscription, String ticker, boolean isUnknown) {
        super(subscription, ticker, isUnknown);
    }

    @Override
    void enter() {
        subscription().session().shard().relays().add(this);
    }

    @Override
    void leave() {
        subscription().session().shard().relays().remove(this);
    }

    @Override
    void begin(boolean sends) {
        // the next trade is the first
    }

    @Override
    void answer(long id) {
        throw new IllegalStateException("a relayed channel has no snapshots");
    }
}
