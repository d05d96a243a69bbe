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
 * Brings every publication, and every message that is passed on, to the event loops whose connections follow it, once to
 * each. What is done there is
 * done for all connections of the loop together, so a writer's cost grows with the number of loops, not of clients.
 *
 * <p><i>Thread-safe: writers publish, event loops declare their interest. A writer never waits.</i>
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

    /** Nobody is told of what stood in the topic before the start. */
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

    /** Who follows the books. */
    Followers books() {
        return books;
    }

    /** Who follows a channel whose messages are passed on as they came. */
    Followers followers(ChannelKind relayed) {
        return relays[relayed.ordinal()];
    }

    /** Room for so many more markets in the subscriptions of all connections; false where that is too many. */
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

    /** So many more, or less, whether there is room or not. */
    void count(long markets, int unknown) {
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

    /** The number of markets whose books any connection follows by name. */
    int followedMarkets() {
        return books.markets();
    }

    /** The number of event loops that follow the books of every market. */
    int followersOfAll() {
        return books.ofAll();
    }
}
