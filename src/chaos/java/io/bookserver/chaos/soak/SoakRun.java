package io.bookserver.chaos.soak;

import io.bookserver.chaos.world.Folders;
import io.bookserver.chaos.world.Stand;
import io.bookserver.chaos.world.World;
import io.bookserver.testkit.Topics;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongPredicate;
import org.apache.kafka.clients.admin.NewTopic;

/**
 * One soak: the markets are there, clients come, the days go by, everything ends, and what is left must be right.
 *
 * <p><i>Confined to one thread.</i>
 */
public final class SoakRun {
    private static final int BOOKS_COMPARED = 2_000;
    /** A follower that is never closed, a change that is not published, a market that is kept for too long. */
    private static final Set<String> PLANTS = Set.of("none", "follower", "change", "market");
    private static final Duration TOPIC_SEGMENT_AT_LEAST = Duration.ofSeconds(20);

    private final Scale scale;
    private final Path folder;
    private final String heap;
    private final String plant;
    private final List<String> problems = new ArrayList<>();
    private final List<Sample> samples = new ArrayList<>();
    private LongPredicate collecting = ms -> false;

    /** @param plant what is done wrong for a check to find: one of {@link #PLANTS} */
    public SoakRun(Scale scale, Path folder, String heap, String plant) {
        if (!PLANTS.contains(plant)) {
            throw new IllegalArgumentException("plant must be one of " + PLANTS + ": plant=" + plant);
        }
        this.scale = scale;
        this.folder = folder;
        this.heap = heap;
        this.plant = plant;
    }

    /** What was found wrong. */
    public List<String> execute(int clientCount, int follow, int stayMs, long sampleMs, long seed)
            throws InterruptedException {
        Folders.makeEmpty(folder);
        Path gcLog = folder.resolve("gc.log").toAbsolutePath();
        List<String> jvm = new ArrayList<>(List.of("-Xmx" + heap, "-XX:+UseG1GC", "-XX:+ExitOnOutOfMemoryError"));
        jvm.addAll(GcLog.options(gcLog));
        try (Stand stand = new Stand(folder, topics(), jvm, settings());
                Workload workload = new Workload(stand.bootstrapServers(), World.TOPIC, World.PARTITIONS, scale, seed,
                        plant.equals("change"));
                SnapshotRequests requests = new SnapshotRequests(
                        stand.bootstrapServers(), Topics.RESYNC, World.PARTITIONS, workload)) {
            stand.startServer();
            workload.begin();
            System.out.printf("ready markets=%d keep=%s factor=%.0f%n", scale.markets(), keep(), scale.factor());
            Remains.Held before = Remains.Held.of(stand);
            Remains remains = new Remains(stand, problems);
            try (SoakClients clients = new SoakClients(stand.url(), workload, clientCount, follow, stayMs, seed,
                    plant.equals("follower"))) {
                watch(stand, clients, gcLog, sampleMs);
                end(remains, workload, clients);
                remains.process(before);
                remains.none("holes in seq", clients.holes.get());
                remains.none("clients that the server ended or did not let in", clients.lost.get());
                if (clients.messages.get() == 0 || clients.connections.get() < clientCount) {
                    problems.add("not all clients came: nothing was tested");
                }
                System.out.println("clients connections=" + clients.connections + " aborted=" + clients.aborts
                        + " messages=" + clients.messages);
            }
            remains.none("records that the broker refused", workload.proxy.refused.get());
            remains.log(collecting);
            problems.addAll(Checks.problems(samples, scale));
            System.out.println("records published=" + workload.proxy.published + " markets opened=" + workload.opened
                    + " combinations=" + workload.combinations + " settled=" + workload.settled
                    + " snapshots sent again=" + workload.resent);
        }
        report();
        return problems;
    }

    private void watch(Stand stand, SoakClients clients, Path gcLog, long sampleMs) throws InterruptedException {
        long startMs = System.currentTimeMillis();
        System.out.print(Table.markdown(List.of()));
        try (Sampler sampler = new Sampler(stand, clients, gcLog, scale)) {
            collecting = sampler::isCollecting;
            for (long dueMs = startMs + sampleMs; dueMs <= startMs + scale.runMs(); dueMs += sampleMs) {
                Thread.sleep(Math.max(0, dueMs - System.currentTimeMillis()));
                Sample sample = sampler.take(Checks.isCompared((double) (dueMs - startMs) / scale.runMs()));
                samples.add(sample);
                System.out.print(Table.row(sample));
                if (!stand.server.isAlive()) {
                    throw new IllegalStateException("the server has ended; see " + stand.server.log());
                }
            }
        }
    }

    private void end(Remains remains, Workload workload, SoakClients clients) throws InterruptedException {
        clients.stay();
        workload.beQuiet();
        List<SoakMarket> open = workload.sample(BOOKS_COMPARED);
        remains.awaitCompleteTo(System.currentTimeMillis());
        long keepMs = keep().toMillis();
        // the server looks for markets to forget twenty times in that time, between once a second and once a minute
        long lookMs = Math.min(60_000, Math.max(1_000, keepMs / 20));
        remains.markets(() -> workload.bounds(keepMs, lookMs));
        remains.books(open);
        remains.clients(clients::addresses);
        clients.leave();
        remains.clients(clients::addresses);
    }

    private void report() {
        String title = String.format("%.1f days of the exchange in %.0f minutes: %,d markets open, %,d settled a day",
                scale.days(), scale.minutes(), scale.markets(), scale.settledADay());
        Picture.write(samples, title, folder.resolve("soak.png"));
        try {
            Files.writeString(folder.resolve("soak.md"), Table.markdown(samples));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Duration keep() {
        return Duration.ofMillis(scale.dayMs());
    }

    private Map<String, String> settings() {
        return Map.of("orderbook.topic", World.TOPIC, "orderbook.checkpoint.mode", "write", "orderbook.markets.keep",
                (plant.equals("market") ? keep().multipliedBy(2) : keep()).toString());
    }

    /** As OPERATIONS.md says, but a day's retention and an hour's segments are as short as days and hours are. */
    private List<NewTopic> topics() {
        String segmentMs = Long.toString(Math.max(TOPIC_SEGMENT_AT_LEAST.toMillis(), scale.hourMs()));
        String dayMs = Long.toString(scale.dayMs());
        Map<String, String> records = Map.of("retention.ms", dayMs, "segment.ms", segmentMs);
        Map<String, String> checkpoints = Map.of("cleanup.policy", "compact", "segment.bytes", "16777216", "segment.ms",
                segmentMs, "min.cleanable.dirty.ratio", "0.3", "delete.retention.ms", dayMs);
        return List.of(
                new NewTopic(World.TOPIC, World.PARTITIONS, (short) 1).configs(records),
                new NewTopic(Stand.CHECKPOINTS, World.PARTITIONS, (short) 1).configs(checkpoints),
                new NewTopic(Topics.RESYNC, World.PARTITIONS, (short) 1),
                new NewTopic("market-data-dead-letter", 1, (short) 1));
    }
}
