package io.bookserver.stream;

import io.bookserver.book.Market;
import io.bookserver.book.MarketSnapshot;

/**
 * One market's book in one subscription: the version that the client holds, and whether a message waits. At most one
 * message per market waits, however long the client does not read (conflation).
 *
 * <p>These rules make it independent of the order of publications. The version never goes back, and a publication at or
 * below it is only counted. The version advances together with what the client holds, after the write was handed over
 * and not before. A delayed message contains the market's current state, not the one at the time of the publication.
 *
 * <p>Each change that the client is to see is told by a message, or counted in one: also a change that arrives after
 * the message which contains it.
 *
 * <p><i>Not thread-safe; confined to the event loop of its connection.</i>
 */
abstract class Interest extends Followed {
    /** The client's state includes every publication up to this version; -1 before the first message. */
    private long version = -1;

    /** Changes up to this version are not counted: they precede the subscription, or some of them were dropped. */
    private long countedFrom = -1;
    /**
     * The number of changes that the next message replaces. Negative if a message preceded a change that it contains.
     */
    private int merged;
    private boolean waiting;

    Interest(Subscription subscription, String ticker, boolean isUnknown) {
        super(subscription, ticker, isUnknown);
    }

    @Override
    final void enter() {
        subscription().session().shard().add(this);
    }

    @Override
    void leave() {
        subscription().session().shard().remove(this);
        subscription().session().outbox().forget(this);
    }

    final long version() {
        return version;
    }

    /**
     * The market's current state; an unknown market has no book. The market is looked up every time, since it may be
     * forgotten and come back as another object.
     */
    final MarketSnapshot current() {
        return subscription().session().shard().registry().market(ticker())
                .map(Market::current).orElseGet(() -> MarketSnapshot.unknown(ticker()));
    }

    /** Handles a publication: sends the resulting message, or lets it wait. */
    final void published(Publication publication) {
        if (subscription().session().isEnded()) {
            return;
        }
        if (publication.after().version() > version) {
            becomesKnown();
            if (!waiting) {
                follow(publication);
                return;
            }
        }
        conflate(changesSince(publication));
    }

    /** The number of changes in a publication that the client is to see and that are counted. */
    final int changesSince(Publication publication) {
        long publications = publication.after().version() - countedFrom;
        return publications > 0 ? (int) Math.min(publications, changes(publication)) : 0;
    }

    /** To be called after publications were dropped: if the market has changed meanwhile, its current state is sent. */
    final void catchUp() {
        MarketSnapshot market = current();
        if (!waiting && isNews(market)) {
            countedFrom = market.version();
            await();
        }
    }

    @Override
    final void begin(boolean sends) {
        MarketSnapshot market = current();
        countedFrom = market.version();
        if (sends) {
            tell(market, 0);
        } else {
            settle(market);
        }
    }

    @Override
    final void answer(long id) {
        if (waiting) {
            waiting = false;
            subscription().session().outbox().forget(this);
            conflate(1);
        }
        tell(current(), id);
    }

    /**
     * To be called when the client reads: sends what waits, unless the market is back in the state that the client
     * holds.
     */
    final void resume() {
        MarketSnapshot market = current();
        if (isNews(market)) {
            tell(market, 0);
        } else if (market.version() > version) {
            // the market is back in the client's state, so the waiting message is not sent either
            conflate(1);
            settle(market);
        }
        waiting = false;
    }

    /** Lets the market wait until the client reads. */
    final void await() {
        if (!isHeldBack()) {
            subscription().session().outbox().await(this);
        }
        waiting = true;
    }

    /** Sends the market's current state, which replaces all conflated messages. */
    final void tell(MarketSnapshot market, long id) {
        int conflated = Math.max(0, merged);
        send(market, id, conflated);
        merged -= conflated;
        settle(market);
    }

    /** Notes that the client holds that state, whether it was sent now or before. */
    final void settle(MarketSnapshot market) {
        version = Math.max(version, market.version());
        holds(market);
    }

    /** Counts messages that are not sent because the next one replaces them. */
    final void conflate(int messages) {
        merged += messages;
        int replaced = Math.min(messages, merged);
        if (replaced > 0) {
            subscription().session().outbox().conflated(replaced);
        }
    }

    /** Whether a message waits. */
    final boolean isWaiting() {
        return waiting;
    }

    /** Whether the next message must wait even if the client reads. */
    boolean isHeldBack() {
        return false;
    }

    /** Whether that state differs from what the client holds. */
    abstract boolean isNews(MarketSnapshot market);

    /** Handles a newer publication while nothing waits. */
    abstract void follow(Publication publication);

    /** The number of changes in a publication that the client is to see. */
    abstract int changes(Publication publication);

    /** Notes the state that the client holds now. */
    abstract void holds(MarketSnapshot market);

    /**
     * Writes the market's state without noting it.
     *
     * @param id of the command that requested it; 0 for none
     * @param conflated the number of other messages that this one replaces
     */
    abstract void send(MarketSnapshot market, long id, int conflated);
}
