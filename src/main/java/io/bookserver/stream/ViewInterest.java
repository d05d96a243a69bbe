package io.bookserver.stream;

import io.bookserver.book.MarketSnapshot;

/**
 * Follows what a reader sees of a market's top: first the current state, then each state that differs for that reader,
 * but not before the subscription's interval has passed since the last message.
 *
 * <p><i>Not thread-safe; confined to the event loop of its connection.</i>
 *
 * @param <T> what is seen
 */
abstract class ViewInterest<T> extends Interest {
    /** The newest state that looks like the one the client was sent; null before the first. */
    private T held;
    /** The slot in the {@link Pacer}. */
    private short pacerSlot = Pacer.NOWHERE;

    ViewInterest(Subscription subscription, String ticker, boolean isUnknown) {
        super(subscription, ticker, isUnknown);
    }

    /** What is seen of a market; reuses {@code before}, or a part of it, if that looks the same. */
    abstract T seen(MarketSnapshot market, T before);

    /** Whether a reader would see no difference. */
    abstract boolean isSame(T seen, MarketSnapshot market);

    abstract DataType type();

    /** The {@code msg} that shows the market. */
    abstract byte[] msg(MarketSnapshot market);

    @Override
    final boolean isNews(MarketSnapshot market) {
        return market.version() > version() && (held == null || !isSame(held, market));
    }

    @Override
    final void follow(Publication publication) {
        MarketSnapshot after = publication.after();
        boolean isNews = isNews(after);
        // most often it is one change of what the client holds: news if it is seen, and nothing to be counted
        if (!publication.continues(version())) {
            conflate(changesSince(publication) - (isNews ? 1 : 0));
        }
        if (!isNews) {
            settle(after);
        } else if (!isHeldBack() && subscription().session().outbox().isWritable()) {
            tell(after, 0);
        } else {
            await();
        }
    }

    @Override
    final void holds(MarketSnapshot market) {
        held = seen(market, held);
    }

    @Override
    final void send(MarketSnapshot market, long id, int conflated) {
        subscription().write(type(), msg(market), id, conflated);
        int intervalMs = subscription().intervalMs();
        if (intervalMs > 0) {
            pacer().release(this);
            pacer().hold(this, intervalMs);
        }
    }

    @Override
    final boolean isHeldBack() {
        return pacerSlot != Pacer.NOWHERE;
    }

    /** To be called when the interval has passed: a waiting message may be sent. */
    final void goOn() {
        if (isWaiting() && !subscription().session().isEnded()) {
            subscription().session().outbox().await(this);
        }
    }

    @Override
    final void leave() {
        pacer().release(this);
        super.leave();
    }

    short pacerSlot() {
        return pacerSlot;
    }

    void pacerSlot(short slot) {
        pacerSlot = slot;
    }

    private Pacer pacer() {
        return subscription().session().shard().pacer();
    }
}
