package io.bookserver.chaos.fault;

import io.bookserver.chaos.fault.Fault.Reach;
import io.bookserver.chaos.world.Child;
import io.bookserver.chaos.world.Clock;
import io.bookserver.chaos.world.Disk;
import io.bookserver.chaos.world.Http;
import io.bookserver.chaos.world.Link;
import io.bookserver.chaos.world.World;
import io.bookserver.load.HostileClients;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Function;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.common.TopicPartition;

/** All kinds of faults, by name. Those that need the broker's log to themselves exclude each other. */
final class Faults {
    private static final Duration READ_WITHIN = Duration.ofSeconds(60);
    /** One at a time for what changes the topic, or takes the broker away while someone does. */
    private static final ReentrantLock LOG = new ReentrantLock();
    private static final ReentrantLock CLOCK = new ReentrantLock();
    private static final int LEAST_HEAP_MB = 40;
    /** A start takes some of it. */
    private static final long LITTLE_HEAP_MS = 8_000;
    private static final long RETAINED_MS = 2_000;
    private static final int MOST_SECONDS = 40;
    private static final int MOST_PARTITIONS = 16;
    /** The connector tries again meanwhile. */
    private static final long LEAST_EXPIRED_MS = 3_000;
    /** It may have been started just now, or wait for 30 s after other failures. */
    private static final long MET_WITHIN_MS = 40_000;
    /** Two WebSockets and two REST connections. One more was refused only after another's refusal was logged. */
    private static final int HANDSHAKES_AT_ONCE = 4;

    private Faults() {
    }

    static Map<String, Fault> all() {
        Map<String, Fault> all = new LinkedHashMap<>();
        process(all, "server", world -> world.server);
        process(all, "connector", world -> world.connector);
        all.put("kill broker", (reach, random, ms) -> alone(() -> {
            reach.world().broker.kill();
            Thread.sleep(ms / 4);
            reach.world().broker.start();
        }));
        all.put("freeze broker", (reach, random, ms) -> alone(() -> {
            reach.world().broker.freeze();
            Thread.sleep(ms);
            reach.world().broker.thaw();
        }));
        clock(all, "server", world -> world.clockOfServer);
        clock(all, "connector", world -> world.clockOfConnector);
        clock(all, "broker", world -> world.clockOfBroker);
        link(all, world -> world.serverToBroker, "server-broker");
        link(all, world -> world.connectorToBroker, "connector-broker");
        link(all, world -> world.connectorToExchange, "connector-exchange");
        link(all, world -> world.clientsToServer, "clients-server");
        all.put("move log start", Faults::moveLogStart);
        all.put("retention", Faults::retain);
        all.put("make topic anew", Faults::makeTopicAnew);
        all.put("add partitions", (reach, random, ms) -> alone(() -> {
            int before = reach.world().partitions();
            if (before == MOST_PARTITIONS) {
                throw new IllegalStateException("it has partitions enough");
            }
            // some markets come back to a partition that they have left, if it is not twice as many
            reach.world().growTo(Math.min(MOST_PARTITIONS, random.nextBoolean() ? 2 * before : before + 2));
            reach.feed().awaitPartitions(reach.world().partitions());
        }));
        all.put("reconnect proxies", (reach, random, ms) -> reach.feed().reconnectAll());
        exchange(all);
        all.put("certificate of exchange expires", Faults::expire);
        all.put("clients crash", (reach, random, ms) -> reach.followers().abortSome(random, 50));
        all.put("hostile clients", (reach, random, ms) -> {
            try (var hostile = new HostileClients(reach.world().server().toString(), reach.feed().tickers(), 1)) {
                Thread.sleep(ms);
            }
        });
        all.put("fill disk of broker", (reach, random, ms) -> alone(() -> {
            try (Disk.Full full = reach.world().disk.fill()) {
                Thread.sleep(ms);
            }
            // it has given up its log; what an operator does when there is room again
            reach.world().broker.kill();
            reach.world().broker.start();
        }));
        all.put("too little heap for server", (reach, random, ms) -> {
            Child server = reach.world().server;
            int megabytes = LEAST_HEAP_MB + random.nextInt(LEAST_HEAP_MB);
            server.kill();
            for (long endMs = System.currentTimeMillis() + LITTLE_HEAP_MS + ms; System.currentTimeMillis() < endMs; ) {
                // whoever looks after it starts it again
                server.startWithHeap(megabytes);
                Thread.sleep(200);
            }
            server.kill();
            server.start();
        });
        all.put("use up file descriptors", (reach, random, ms) -> {
            Child server = reach.world().server;
            if (!Http.isReady(reach.world().server())) {
                throw new IllegalStateException("it starts: a process that cannot open its own files cannot start");
            }
            server.limitOpenFiles(server.openFiles() + 4);
            reach.followers().abortSome(random, 10);
            Thread.sleep(ms);
            server.limitOpenFiles(4_096);
            // a class that is loaded meanwhile makes the framework's class loader wait for ever (quarkusio/quarkus#48750)
            reach.world().restartUnlessLive();
        });
        return all;
    }

    private static void process(Map<String, Fault> all, String name, Function<World, Child> which) {
        all.put("kill " + name, (reach, random, ms) -> {
            which.apply(reach.world()).kill();
            Thread.sleep(random.nextInt(500));
            which.apply(reach.world()).start();
        });
        all.put("freeze " + name, (reach, random, ms) -> {
            which.apply(reach.world()).freeze();
            Thread.sleep(ms);
            which.apply(reach.world()).thaw();
        });
    }

    /** Ahead or behind by some seconds for a while, one process at a time. */
    private static void clock(Map<String, Fault> all, String name, Function<World, Clock> which) {
        all.put("step clock of " + name, (reach, random, ms) -> {
            CLOCK.lockInterruptibly();
            try {
                long seconds = 1 + random.nextInt(MOST_SECONDS);
                reach.world().oracle.distrustTimes(2 * TimeUnit.SECONDS.toMillis(seconds) + ms);
                which.apply(reach.world()).set(random.nextBoolean() ? seconds : -seconds);
                Thread.sleep(ms);
                which.apply(reach.world()).set(0);
            } finally {
                CLOCK.unlock();
            }
        });
    }

    private static void link(Map<String, Fault> all, Function<World, Link> which, String name) {
        all.put("break " + name, (reach, random, ms) -> which.apply(reach.world()).breakConnections());
        all.put("cut " + name, forAWhile(which, Link::cut));
        all.put("hold " + name, forAWhile(which, Link::hold));
        all.put("slow " + name, forAWhile(which, Link::slow));
    }

    private static Fault forAWhile(Function<World, Link> which, Consumer<Link> way) {
        return (reach, random, ms) -> {
            way.accept(which.apply(reach.world()));
            Thread.sleep(ms);
            which.apply(reach.world()).restore();
        };
    }

    private static void exchange(Map<String, Fault> all) {
        all.put("exchange: hole in seq", (reach, random, ms) -> reach.world().exchange.lose(1 + random.nextInt(5)));
        all.put("exchange: lost snapshots", (reach, random, ms) -> {
            reach.world().exchange.loseSnapshots(1 + random.nextInt(30));
            reach.world().exchange.cut();
        });
        all.put("exchange: error 25", (reach, random, ms) -> reach.world().exchange.endBooks(25));
        all.put("exchange: error 10", (reach, random, ms) -> reach.world().exchange.endBooks(10));
        all.put("exchange: silence", (reach, random, ms) -> reach.world().exchange.fallSilent());
        all.put("exchange: cut within a frame", (reach, random, ms) -> reach.world().exchange.cut());
        all.put("exchange: all closed, then 503", (reach, random, ms) -> {
            reach.world().exchange.refuseHandshakes(503, 1 + random.nextInt(4));
            reach.world().exchange.closeAll();
        });
        all.put("exchange: subscribe unanswered", (reach, random, ms) -> {
            reach.world().exchange.ignoreSubscribes(1);
            reach.world().exchange.closeAll();
        });
    }

    /**
     * Lasts until the connector has surely logged it. One that was killed, cut off or without its broker for all that time
     * has not met it: then it counts as not done.
     */
    private static void expire(Reach reach, SplittableRandom random, long ms) throws Exception {
        World world = reach.world();
        long leastMs = System.currentTimeMillis() + LEAST_EXPIRED_MS + ms;
        int life = world.connector.starts();
        long refusedBefore = world.tlsOfExchange.refused();
        world.tlsOfExchange.expire();
        try {
            // who is connected does not look at it again
            world.connectorToExchange.breakConnections();
            boolean isMet = false;
            while (System.currentTimeMillis() < leastMs || !isMet) {
                if (System.currentTimeMillis() > leastMs + MET_WITHIN_MS) {
                    throw new IllegalStateException("the connector has not met it");
                }
                Thread.sleep(50);
                if (life != world.connector.starts()) {
                    life = world.connector.starts();
                    refusedBefore = world.tlsOfExchange.refused();
                }
                isMet |= world.tlsOfExchange.refused() - refusedBefore > HANDSHAKES_AT_ONCE;
            }
        } finally {
            world.tlsOfExchange.renew();
        }
    }

    /** What was read cannot be read again: the server is held up meanwhile, so that it may miss some of it. */
    private static void moveLogStart(Reach reach, SplittableRandom random, long ms) throws Exception {
        alone(() -> {
            World world = reach.world();
            world.server.freeze();
            try (Admin admin = world.admin()) {
                Thread.sleep(ms / 2);
                Map<TopicPartition, RecordsToDelete> deletions = new HashMap<>();
                Map<TopicPartition, OffsetSpec> latest = new HashMap<>();
                for (int number = 0; number < world.partitions(); number++) {
                    latest.put(new TopicPartition(World.TOPIC, number), OffsetSpec.latest());
                }
                var ends = admin.listOffsets(latest).all().get();
                ends.forEach((partition, end) -> deletions.put(partition, RecordsToDelete.beforeOffset(end.offset())));
                world.reader.catchUp(READ_WITHIN);
                admin.deleteRecords(deletions).all().get();
            } finally {
                world.server.thaw();
            }
        });
    }

    /** The same by the age of the records. */
    private static void retain(Reach reach, SplittableRandom random, long ms) throws Exception {
        alone(() -> {
            World world = reach.world();
            world.reader.catchUp(READ_WITHIN);
            world.server.freeze();
            try {
                world.keepRecordsFor(RETAINED_MS);
                Thread.sleep(2 * RETAINED_MS + ms / 2);
            } finally {
                world.server.thaw();
                world.keepRecordsFor(0);
            }
        });
    }

    private static void makeTopicAnew(Reach reach, SplittableRandom random, long ms) throws Exception {
        alone(() -> {
            World world = reach.world();
            reach.feed().pause();
            try (Admin admin = world.admin()) {
                world.reader.catchUp(READ_WITHIN);
                world.reader.letGo();
                world.oracle.topicIsMadeAnew();
                try {
                    admin.deleteTopics(List.of(World.TOPIC)).all().get();
                    world.createTopic();
                } finally {
                    world.oracle.topicIsMadeAnew();
                    world.reader.topicIsNew();
                }
            } finally {
                reach.feed().resume();
                reach.feed().reconnectAll();
            }
        });
    }

    @FunctionalInterface
    private interface Action {
        void run() throws Exception;
    }

    private static void alone(Action action) throws Exception {
        LOG.lockInterruptibly();
        try {
            action.run();
        } finally {
            LOG.unlock();
        }
    }
}
