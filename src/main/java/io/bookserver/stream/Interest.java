package io.bookserver.stream;

import io.bookserver.book.Market;
import io.bookserver.book.MarketSnapshot;

/**
 * One market's book in one subscription: up to which version its client holds what is right, and whether something waits. At
 * most one message waits for each market, however long the client does not read.
 *
 * <p>The rules that no order of publications can mislead: the version never goes back, a publication at or below it is
 * passed over, and it moves together with what the client holds, after the write was handed over and not before. What is
 * sent late is not what was heard but the market as it stands then.
 *
 * <p><i>Not thread-safe; confined to the event loop of its connection.</i>
 */
abstract class Interest extends Followed {
    /** What the client holds accounts for every publication up to this one; -1 before the first message. */
    private long version = -1;

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
        subscription().session().forget(this);
    }

    final long version() {
        return version;
    }

    /**
     * The market as it stands now; an unknown one has no book. It is looked up every time: a market may be forgotten, and
     * come back as another object.
     */
    final MarketSnapshot current() {
        return subscription().session().shard().registry().market(ticker())
                .map(Market::current).orElseGet(() -> MarketSnapshot.unknown(ticker()));
    }

    /** Takes note of a publication, and sends what follows from it or lets it wait. */
    final void published(Publication publication) {
        if (publication.after().version() <= version || subscription().session().isEnded()) {
            return;
        }
        becomesKnown();
        if (waiting) {
            conflate(missed(publication));
        } else {
            follow(publication);
        }
    }

    /** Publications were lost: if the market moved on meanwhile, sends where it stands. */
    final void catchUp() {
        MarketSnapshot market = current();
        if (!waiting && isNews(market)) {
            await(market);
        }
    }

    @Override
    final void begin(boolean sends) {
        if (sends) {
            tell(current(), 0);
        } else {
            settle(current());
        }
    }

    @Override
    final void answer(long id) {
        tell(current(), id);
        if (waiting) {
            waiting = false;
            subscription().session().forget(this);
        }
    }

    /** The client reads: what waited goes out, unless the market is back where the client believes it. */
    final void resume() {
        MarketSnapshot market = current();
        if (isNews(market)) {
            tell(market, 0);
        } else if (market.version() > version) {
            // it is back where it was: the one that waited is not sent either
            conflate(1);
            settle(market);
        }
        waiting = false;
    }

    /** Lets the market wait until the client reads. */
    final void await(MarketSnapshot newest) {
        if (!waiting) {
            if (!isHeldBack()) {
                subscription().session().await(this);
            }
            waiting = true;
            heard(newest);
        }
    }

    /** Sends the market as it stands, which stands for whatever was merged. */
    final void tell(MarketSnapshot market, long id) {
        send(market, id, merged);
        merged = 0;
        settle(market);
    }

    /** The client holds what is right for that market, whether it was sent or held it before. */
    final void settle(MarketSnapshot market) {
        version = Math.max(version, market.version());
        holds(market);
    }

    /** So many messages will not be sent: the next one stands for them. */
    final void conflate(int messages) {
        if (messages > 0) {
            merged += messages;
            subscription().session().conflated(messages);
        }
    }

    /** Whether something waits. */
    final boolean isWaiting() {
        return waiting;
    }

    /** Whether the next message must wait though the client reads. */
    boolean isHeldBack() {
        return false;
    }

    /** Whether the client has to be told of the market as it stands there. */
    abstract boolean isNews(MarketSnapshot market);

    /** Follows a publication above the version while nothing waits. */
    abstract void follow(Publication publication);

    /** How many messages a publication above the version would have been, had the client read. */
    abstract int missed(Publication publication);

    /** Notes the newest that was heard of when the client stopped reading. */
    abstract void heard(MarketSnapshot newest);

    /** Notes what the client holds now. */
    abstract void holds(MarketSnapshot market);

    /**
     * Writes the market as it stands, and notes nothing.
     *
     * @param id of the command that asked for it, 0 for none
     * @param conflated how many messages this one stands for beside itself
     */
    abstract void send(MarketSnapshot market, long id, int conflated);
}
