package io.bookserver.stream;

import io.bookserver.book.Market;
import io.bookserver.book.MarketSnapshot;
import io.bookserver.book.MarketStatistics;
import java.util.Optional;

/**
 * One market in one subscription: what its client has been sent of it, and whether something waits. At most one message
 * waits for each market, however long the client does not read.
 *
 * <p><i>Not thread-safe; confined to the event loop of its connection.</i>
 */
abstract class Interest {
    private final Subscription subscription;
    private final String ticker;
    private Optional<Market> market = Optional.empty();
    private boolean waiting;
    private int merged;
    private long replyId;

    Interest(Subscription subscription, String ticker) {
        this.subscription = subscription;
        this.ticker = ticker;
    }

    final String ticker() {
        return ticker;
    }

    final Subscription subscription() {
        return subscription;
    }

    /** The market as it stands now; an unknown one has no book. */
    final MarketSnapshot current() {
        if (market.isEmpty()) {
            market = subscription.session().shard().registry().market(ticker);
        }
        return market.isPresent() ? market.get().current() : MarketSnapshot.unknown(ticker);
    }

    /** What is traded in the market. */
    final MarketStatistics statistics() {
        current();
        return market.map(Market::statistics).orElse(MarketStatistics.NONE);
    }

    /** Takes note of a publication, and sends what follows from it or lets it wait. */
    final void published(Publication publication) {
        if (waiting) {
            if (matters(publication)) {
                conflate(1);
            }
        } else {
            follow(publication);
        }
    }

    /** Sends where things stand: now, or when the client has read what was sent before. */
    final void sendCurrent(long id) {
        replyId = id == 0 ? replyId : id;
        if (!waiting) {
            waiting = true;
            subscription.session().await(this);
        }
    }

    /** The client reads: what waited goes out. */
    final void resume() {
        waiting = false;
        long id = replyId;
        replyId = 0;
        send(current(), id, takeConflated());
    }

    /** So many messages will not be sent: the next one stands for them. */
    final void conflate(int messages) {
        if (messages > 0) {
            merged += messages;
            subscription.session().shard().metrics().conflated(messages);
        }
    }

    /** How many messages the next one stands for beside itself; those are told with this. */
    final int takeConflated() {
        int taken = merged;
        merged = 0;
        return taken;
    }

    /** Whether a publication would have been sent, had the client read. */
    abstract boolean matters(Publication publication);

    /** Follows a publication while nothing waits. */
    abstract void follow(Publication publication);

    /** Publications were lost: if the market moved on meanwhile, sends where it stands. */
    abstract void catchUp();

    /** The first message of this market, or none. */
    abstract void begin();

    /**
     * Sends the market as it stands.
     *
     * @param id of the command that asked for it, 0 for none
     * @param conflated how many messages this one stands for beside itself
     */
    abstract void send(MarketSnapshot market, long id, int conflated);
}
