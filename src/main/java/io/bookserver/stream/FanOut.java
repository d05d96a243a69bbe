package io.bookserver.stream;

import io.bookserver.book.BookRegistry;
import io.bookserver.book.MarketSnapshot;
import io.bookserver.book.PublicationListener;
import io.bookserver.kalshi.RelayListener;
import io.bookserver.kalshi.RelayedMessage;
import io.netty.channel.EventLoop;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.Arrays;
import java.util.Collection;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * Hands every publication, and every relayed message, once to each event loop whose connections follow it. The loop
 * serves all its connections together, so a writer's cost grows with the number of loops and not of clients.
 *
 * <p><i>Thread-safe: writers publish, event loops register what they follow. A writer never waits.</i>
 */
@ApplicationScoped
class FanOut implements PublicationListener, RelayListener {
    private final BookRegistry registry;
    private final StreamConfig config;
    private final StreamMetrics metrics;
    private final LongSupplier nanoClock;
    private final ConcurrentHashMap<EventLoop, Shard> shards = new ConcurrentHashMap<>();
    private final Followers books = new Followers();
    private final Followers[] relays = new Followers[ChannelKind.values().length];
    private final AtomicInteger sessions = new AtomicInteger();
    private final AtomicLong followed = new AtomicLong();
    private final AtomicLong unknownFollowed = new AtomicLong();

    @Inject
    FanOut(BookRegistry registry, StreamConfig config, StreamMetrics metrics) {
        this(registry, config, metrics, System::nanoTime);
    }

    FanOut(BookRegistry registry, StreamConfig config, StreamMetrics metrics, LongSupplier nanoClock) {
        this.nanoClock = nanoClock;
        this.registry = registry;
        this.config = config;
        this.metrics = metrics;
        Arrays.setAll(relays, kind -> new Followers());
    }

    @Override
    public void published(MarketSnapshot before, MarketSnapshot after) {
        Shard[] concerned = books.of(after.ticker());
        if (concerned.length == 0) {
            return;
        }
        Publication publication = new Publication(before, after);
        for (Shard shard : concerned) {
            shard.offer(publication);
        }
    }

    /** Messages that were in the topic before the start are not passed on. */
    @Override
    public void heard(RelayedMessage message, boolean isNews) {
        if (!isNews) {
            return;
        }
        DataType type = Relay.typeOf(message.type());
        Shard[] concerned = followers(Relay.channelOf(type)).of(message.ticker());
        if (concerned.length == 0) {
            return;
        }
        Relay relay = new Relay(type, message.ticker(), message.msg());
        for (Shard shard : concerned) {
            shard.offer(relay);
        }
    }

    /** The shard of that event loop. */
    Shard shard(EventLoop loop) {
        return shards.computeIfAbsent(
                loop, fresh -> new Shard(fresh, this, registry, metrics, config, nanoClock));
    }

    Collection<Shard> shards() {
        return shards.values();
    }

    /** The followers of the books. */
    Followers books() {
        return books;
    }

    /** The followers of a relayed channel. */
    Followers followers(ChannelKind relayed) {
        return relays[relayed.ordinal()];
    }

    /** Reserves that many markets in the subscriptions of all connections; false if that would be too many. */
    boolean grant(long markets, int unknown) {
        boolean granted = grant(followed, markets, config.maxMarkets());
        if (granted && !grant(unknownFollowed, unknown, config.maxUnknownMarkets())) {
            followed.addAndGet(-markets);
            granted = false;
        }
        return granted;
    }

    private static boolean grant(AtomicLong taken, long more, long max) {
        if (more > 0 && taken.addAndGet(more) > max) {
            taken.addAndGet(-more);
            return false;
        }
        return true;
    }

    /** Adds to the counts, or subtracts from them, regardless of the limits. */
    void count(long markets, int unknown) {
        followed.addAndGet(markets);
        if (unknown != 0) {
            unknownFollowed.addAndGet(unknown);
        }
    }

    /** A followed ticker that no record had named has become a market. */
    void becameKnown() {
        unknownFollowed.decrementAndGet();
    }

    /** The number of markets in the subscriptions of all connections together. */
    long followed() {
        return followed.get();
    }

    /** The number of those that no record has named. */
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

    /** The number of markets whose books any connection follows by name. */
    int followedMarkets() {
        return books.markets();
    }

    /** The number of event loops that follow the books of every market. */
    int followersOfAll() {
        return books.ofAll();
    }
}
