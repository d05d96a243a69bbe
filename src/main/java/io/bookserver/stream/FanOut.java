package io.bookserver.stream;

import io.bookserver.book.BookRegistry;
import io.bookserver.book.MarketSnapshot;
import io.bookserver.book.PublicationListener;
import io.netty.channel.EventLoop;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Arrays;
import java.util.Collection;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Brings every publication to the event loops whose connections follow that market, once to each. What is done there is
 * done for all connections of the loop together, so a writer's cost grows with the number of loops, not of clients.
 *
 * <p><i>Thread-safe: writers publish, event loops declare their interest. A writer never waits.</i>
 */
@ApplicationScoped
class FanOut implements PublicationListener {
    private static final Shard[] NOBODY = {};

    private final BookRegistry registry;
    private final StreamConfig config;
    private final StreamMetrics metrics;
    private final ConcurrentHashMap<EventLoop, Shard> shards = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<String, Shard[]> followers = new ConcurrentHashMap<>();
    private final AtomicInteger sessions = new AtomicInteger();
    private final AtomicLong followed = new AtomicLong();
    private final AtomicLong unknownFollowed = new AtomicLong();
    private volatile Shard[] followersOfAll = NOBODY;

    FanOut(BookRegistry registry, StreamConfig config, StreamMetrics metrics) {
        this.registry = registry;
        this.config = config;
        this.metrics = metrics;
    }

    @Override
    public void published(MarketSnapshot before, MarketSnapshot after) {
        // in this order: who goes over from one market to all is added there before he is removed here
        Shard[] ofMarket = followers.getOrDefault(after.ticker(), NOBODY);
        Shard[] ofAll = followersOfAll;
        if (ofAll.length + ofMarket.length == 0) {
            return;
        }
        Publication publication = new Publication(before, after);
        for (Shard shard : ofAll) {
            shard.offer(publication);
        }
        for (Shard shard : ofMarket) {
            if (!contains(ofAll, shard)) {
                shard.offer(publication);
            }
        }
    }

    /** The shard of that event loop. */
    Shard shard(EventLoop loop) {
        return shards.computeIfAbsent(
                loop, fresh -> new Shard(fresh, this, registry, metrics, config));
    }

    Collection<Shard> shards() {
        return shards.values();
    }

    /** From the moment this returns, no publication of that market passes the shard by. */
    void follow(String ticker, Shard shard) {
        followers.merge(ticker, shard.alone(), (known, one) -> contains(known, shard) ? known : with(known, shard));
    }

    void unfollow(String ticker, Shard shard) {
        followers.computeIfPresent(ticker, (key, known) -> without(known, shard));
    }

    synchronized void followAll(Shard shard) {
        if (!contains(followersOfAll, shard)) {
            followersOfAll = with(followersOfAll, shard);
        }
    }

    synchronized void unfollowAll(Shard shard) {
        Shard[] left = without(followersOfAll, shard);
        followersOfAll = left == null ? NOBODY : left;
    }

    /** Room for so many more markets in the subscriptions of all connections; false where that is too many. */
    boolean grant(int markets, int unknown) {
        boolean granted = grant(followed, markets, config.maxMarkets());
        if (granted && !grant(unknownFollowed, unknown, config.maxUnknownMarkets())) {
            followed.addAndGet(-markets);
            granted = false;
        }
        return granted;
    }

    private static boolean grant(AtomicLong taken, int more, long max) {
        if (more > 0 && taken.addAndGet(more) > max) {
            taken.addAndGet(-more);
            return false;
        }
        return true;
    }

    /** So many more, or less, whether there is room or not. */
    void count(int markets, int unknown) {
        followed.addAndGet(markets);
        if (unknown != 0) {
            unknownFollowed.addAndGet(unknown);
        }
    }

    /** A ticker that was followed while no record had named it is a market now. */
    void becameKnown() {
        unknownFollowed.decrementAndGet();
    }

    /** The number of markets in the subscriptions of all connections together. */
    long followed() {
        return followed.get();
    }

    /** Of those: how many no record had named when they were subscribed to, nor since. */
    long unknownFollowed() {
        return unknownFollowed.get();
    }

    void enter() {
        sessions.incrementAndGet();
    }

    void leave() {
        sessions.decrementAndGet();
    }

    int sessions() {
        return sessions.get();
    }

    /** The number of markets that any connection follows by name. */
    int followedMarkets() {
        return followers.size();
    }

    /** The number of event loops that follow every market. */
    int followersOfAll() {
        return followersOfAll.length;
    }

    private static boolean contains(Shard[] shards, Shard one) {
        for (Shard shard : shards) {
            if (shard == one) {
                return true;
            }
        }
        return false;
    }

    private static Shard[] with(Shard[] known, Shard one) {
        Shard[] more = Arrays.copyOf(known, known.length + 1);
        more[known.length] = one;
        return more;
    }

    /** Null where none is left, which takes the market out of the map. */
    private static Shard[] without(Shard[] known, Shard one) {
        if (known.length == 1) {
            return known[0] == one ? null : known;
        }
        Shard[] left = Arrays.stream(known).filter(shard -> shard != one).toArray(Shard[]::new);
        return left.length == 1 ? left[0].alone() : left;
    }
}
