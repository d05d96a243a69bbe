package io.bookserver.chaos;

import com.fasterxml.jackson.databind.JsonNode;
import io.bookserver.chaos.fault.Execution;
import io.bookserver.chaos.fault.Plan;
import io.bookserver.chaos.followers.Churn;
import io.bookserver.chaos.followers.Followers;
import io.bookserver.chaos.followers.Ladders;
import io.bookserver.chaos.followers.RestReader;
import io.bookserver.chaos.oracle.Oracle;
import io.bookserver.chaos.workload.ProxyFeed;
import io.bookserver.chaos.world.Child;
import io.bookserver.chaos.world.Folders;
import io.bookserver.chaos.world.Http;
import io.bookserver.chaos.world.ServerLog;
import io.bookserver.chaos.world.World;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * One run: everything is started, the faults of a plan happen while readers look, everything is mended, and what is left
 * must be right.
 *
 * <p><i>Confined to one thread.</i>
 */
final class Run {
    private static final int FOLLOWERS = 30;
    private static final int SLOW_FOLLOWERS = 3;
    private static final int MARKETS_A_FOLLOWER = 20;
    private static final int MOST_THREADS = 120;
    private static final int MOST_FILES = 400;
    private static final int EXPLAINED = 10;
    private static final long SNAPSHOTS_AGAIN_MS = 20_000;
    private static final Duration HEALED_WITHIN = Duration.ofSeconds(150);
    private static final int MOST_TRACES = 5;
    /** Of so many lives Prometheus has seen four. */
    private static final int SURELY_SCRAPED = 10;
    private static final long LET_GO_WITHIN_MS = 60_000;
    private static final Pattern OF_A_CLIENT = Pattern.compile("io\\.bookserver\\.stream\\.(Session|Subscription|\\w+Interest|TradeFollower)");
    private static final Pattern LOSS = Pattern.compile("reason=\"silent\"|partition stalled");
    /** Which of the two was refused is not seen at the other side. */
    private static final Pattern EXPIRED = Pattern.compile("(connection=.* state=ended|rest=failing) .*CertificateExpired");

    private final long seed;
    private final Path folder;
    private final Load load;
    private final List<String> problems = new ArrayList<>();
    private final List<String> lines = new ArrayList<>();
    /** Of the proxies' markets: those that were not given up. */
    private Set<String> lastTickers = Set.of();
    private long faultsFromMs;

    /**
     * What happens beside the faults.
     *
     * @param exchangeMarkets of the scripted exchange
     * @param records a second, half of them the exchange's
     * @param damaged records a second of proxies that do little else
     * @param resets of clients a second
     */
    record Load(int exchangeMarkets, int records, int damaged, int resets) {}

    Run(long seed, Path folder, Load load) {
        this.seed = seed;
        this.folder = folder;
        this.load = load;
    }

    Report execute(Plan plan) throws InterruptedException {
        Folders.makeEmpty(folder);
        Map<String, Long> counts = new LinkedHashMap<>();
        try (World world = new World(folder, seed, load.exchangeMarkets());
                ProxyFeed feed = new ProxyFeed(world.bootstrapServers(), World.TOPIC, seed, 25, load.records() / 2, load.damaged())) {
            List<String> exchangeTickers = List.copyOf(world.exchange.books().keySet());
            world.exchange.traffic(load.records() / 2);
            Execution execution;
            Oracle.Score beforeEnd;
            try (Followers followers = new Followers(FOLLOWERS, world.serverForClients(), number -> choice(number, exchangeTickers, feed), world.oracle);
                    RestReader server = new RestReader("rest", world.server(), () -> all(exchangeTickers, feed), world.oracle, seed);
                    RestReader connector = new RestReader("rest-of-connector", world.connector(), () -> all(exchangeTickers, feed), world.oracle,
                            seed + 1);
                    Churn churn = new Churn(world.server(), feed::tickers, load.resets(), seed)) {
                followers.addSlow(SLOW_FOLLOWERS, world.server(), () -> all(exchangeTickers, feed), world.oracle);
                Thread.sleep(2_000);
                execution = new Execution(world, feed, followers);
                faultsFromMs = System.currentTimeMillis();
                long firstWrongMs = watch(world, () -> execution.run(plan));
                counts.put("first_problem_after_ms", firstWrongMs);
                counts.put("faults", (long) plan.steps().size());
                long mendedMs = System.currentTimeMillis();
                world.mend();
                feed.beGood();
                lastTickers = Set.copyOf(feed.tickers());
                heal(world, feed, counts, mendedMs);
                lines.add(server.counts());
                lines.add(connector.counts());
                counts.put("follower_messages", followers.messages.get());
                counts.put("follower_connections", followers.connections.get());
                counts.put("abrupt_disconnects", followers.aborts.get() + churn.resets.get());
                if (server.live() == 0 || followers.messages.get() == 0) {
                    problems.add("the readers saw no live book: nothing was tested");
                }
            }
            count(counts, world, feed);
            counts.put("left_behind", leftBehind(world));
            world.reader.catchUp(HEALED_WITHIN);
            beforeEnd = world.oracle.score();
            if (!beforeEnd.isClean()) {
                problems.add("the oracle contradicts: " + beforeEnd);
            }
            if (beforeEnd.judged() == 0) {
                problems.add("nothing was judged");
            }
            Map<String, Integer> inflicted = new TreeMap<>();
            execution.inflicted().forEach((name, count) -> inflicted.put(name, count.get()));
            alerts(world, counts, inflicted);
            logs(List.of(world.server, world.connector));
            if (inflicted.getOrDefault("certificate of exchange expires", 0) > 0) {
                requireLine(world.connector, EXPIRED);
            }
            return new Report(seed, beforeEnd, List.copyOf(problems), counts, inflicted, List.copyOf(lines));
        }
    }

    @FunctionalInterface
    private interface Action {
        void run() throws InterruptedException;
    }

    /** When the oracle first contradicted, milliseconds since the first fault; the end of the faults if it did not. */
    private long watch(World world, Action action) throws InterruptedException {
        long[] firstMs = {0};
        Thread watcher = new Thread(() -> {
            try {
                while (firstMs[0] == 0) {
                    firstMs[0] = world.oracle.score().isClean() ? 0 : System.currentTimeMillis() - faultsFromMs;
                    Thread.sleep(100);
                }
            } catch (InterruptedException e) {
                // the faults are over
            }
        }, "watcher");
        watcher.start();
        action.run();
        watcher.interrupt();
        watcher.join();
        return firstMs[0] == 0 ? System.currentTimeMillis() - faultsFromMs : firstMs[0];
    }

    private List<String> choice(int number, List<String> exchangeTickers, ProxyFeed feed) {
        SplittableRandom random = new SplittableRandom(number);
        List<String> all = all(exchangeTickers, feed);
        return random.ints(MARKETS_A_FOLLOWER, 0, all.size()).distinct().mapToObj(all::get).toList();
    }

    private static List<String> all(List<String> exchangeTickers, ProxyFeed feed) {
        return Stream.concat(exchangeTickers.stream(), feed.tickers().stream()).toList();
    }

    /** Waits until both servers hold every book, live and equal, with all provenance. */
    private void heal(World world, ProxyFeed feed, Map<String, Long> counts, long mendedMs) throws InterruptedException {
        long lossesMended = losses(world);
        try {
            world.awaitReady(world.server());
            world.awaitReady(world.connector());
        } catch (IllegalStateException e) {
            problems.add(e.getMessage());
            return;
        }
        counts.put("ready_after_ms", System.currentTimeMillis() - mendedMs);
        // what is lost without a number is found by the audit and by silence
        Thread.sleep(5_000);
        world.exchange.traffic(0);
        feed.beQuiet();
        long endMs = System.currentTimeMillis() + HEALED_WITHIN.toMillis();
        long againMs = System.currentTimeMillis() + SNAPSHOTS_AGAIN_MS;
        List<Difference> differences = List.of(new Difference("", "not looked at"));
        while (!differences.isEmpty() && System.currentTimeMillis() < endMs) {
            Thread.sleep(500);
            if (System.currentTimeMillis() > againMs && losses(world) > lossesMended) {
                // the machine was too busy for a connection's report or for a partition: rightly stale until their next snapshots
                lossesMended = losses(world);
                againMs = System.currentTimeMillis() + SNAPSHOTS_AGAIN_MS;
                counts.merge("snapshots_sent_again", 1L, Long::sum);
                feed.reconnectAll();
            }
            differences = differences(world, world.server(), "server");
            differences.addAll(differences(world, world.connector(), "connector"));
        }
        counts.put("healed_after_ms", System.currentTimeMillis() - mendedMs);
        for (Difference one : differences.subList(0, Math.min(differences.size(), EXPLAINED))) {
            problems.add(one.text() + explanation(world, one.ticker()));
        }
        if (differences.size() > EXPLAINED) {
            problems.add("and " + (differences.size() - EXPLAINED) + " more differences");
        }
        if (!differences.isEmpty()) {
            outcomes("server", world.server());
            outcomes("connector", world.connector());
        }
    }

    /** All that is known of a market, by both servers and the oracle. */
    private static String explanation(World world, String ticker) throws InterruptedException {
        String path = "/api/v1/books/" + ticker;
        return ticker.isEmpty() ? "" : "\n    server: " + Http.text(world.server().resolve(path)) + "\n    connector: "
                + Http.text(world.connector().resolve(path)) + "\n    oracle: " + world.oracle.told(ticker);
    }

    /** How often a server has done what with a record. */
    private void outcomes(String who, URI url) throws InterruptedException {
        lines.add(who + Http.text(url.resolve("/q/metrics")).lines().filter(line -> line.startsWith("orderbook_updates_total")
                && !line.endsWith(" 0.0")).collect(Collectors.joining(" ", " ", "")));
    }

    /** A way in which an answer differs; the ticker is empty if it is not one market's. */
    private record Difference(String ticker, String text) {}

    /** In what the answers of a server differ from what must be there. */
    private List<Difference> differences(World world, URI url, String who) throws InterruptedException {
        List<Difference> differences = new ArrayList<>();
        Map<String, Boolean> expected = world.oracle.expected();
        String names = expected.keySet().stream().filter(ticker -> !isRetired(ticker)).map(ticker -> '"' + ticker + '"')
                .collect(Collectors.joining(","));
        long askedMs = System.currentTimeMillis();
        Http.Answer answer = Http.post(url.resolve("/api/v1/books"), "{\"market_tickers\":[" + names + "]}");
        if (answer.status() != 200) {
            differences.add(new Difference("", who + " answers " + answer.status() + ": " + answer.body()));
            return differences;
        }
        if (answer.body().get("complete_to_ms").longValue() < askedMs - 10_000) {
            differences.add(new Difference("", who + " is complete to " + answer.body().get("complete_to_ms") + " only, asked at " + askedMs));
        }
        answer.body().get("not_found").forEach(
                ticker -> differences.add(new Difference(ticker.textValue(), who + " does not have " + ticker)));
        for (JsonNode book : answer.body().get("books")) {
            String ticker = book.get("market_ticker").textValue();
            boolean isLive = book.get("state").textValue().equals("live");
            if (!isLive) {
                differences.add(new Difference(ticker, who + " has not healed " + ticker));
            } else if (!world.oracle.isCurrent(ticker, Ladders.full(book))) {
                differences.add(new Difference(ticker, who + " is not current: " + ticker));
            } else if (!world.oracle.isTheExchanges(ticker, Ladders.sizes(book))) {
                differences.add(new Difference(ticker, who + " differs from the exchange: " + ticker));
            }
        }
        return differences;
    }

    private boolean isRetired(String ticker) {
        return !ticker.startsWith("KXCHAOS-") && !lastTickers.contains(ticker);
    }

    private void count(Map<String, Long> counts, World world, ProxyFeed feed) throws InterruptedException {
        counts.put("records_published", feed.published.get());
        counts.put("records_confirmed", feed.confirmed.get());
        counts.put("mutated", feed.mutated.get());
        counts.put("repeated", feed.repeated.get());
        counts.put("reordered", feed.reordered.get());
        counts.put("lost", feed.lost.get());
        counts.put("aborted", feed.aborted.get());
        counts.put("not_live", world.notLive.get());
        counts.put("partitions", (long) world.partitions());
        counts.put("markets_in_several_partitions", world.oracle.spread());
        for (Child child : List.of(world.server, world.broker, world.connector)) {
            counts.put("kills_" + child.name(), (long) child.kills());
            counts.merge("freezes", (long) child.freezes(), Long::sum);
        }
    }

    /** Once every client has gone there is nothing of them: how much there is. */
    private long leftBehind(World world) throws InterruptedException {
        long endMs = System.currentTimeMillis() + LET_GO_WITHIN_MS;
        JsonNode clients;
        do {
            Thread.sleep(500);
            clients = Http.get(world.server().resolve("/api/v1/clients")).body().path("clients");
        } while (!(clients.isArray() && clients.isEmpty()) && System.currentTimeMillis() < endMs);
        long left = clients.size();
        if (!clients.isArray() || left > 0) {
            problems.add("clients that have gone are still there: " + clients);
        }
        for (Child child : List.of(world.server, world.connector)) {
            lines.add(child.name() + " threads=" + child.threads() + " open_files=" + child.openFiles() + " resident_mb="
                    + child.residentKb() / 1024);
            left += surplus(child.name(), "threads", child.threads(), MOST_THREADS);
            left += surplus(child.name(), "open files", child.openFiles(), MOST_FILES);
            // what the heap still holds of clients, whatever the server lists
            Map<String, Integer> held = child.instances(OF_A_CLIENT);
            while (!held.isEmpty() && System.currentTimeMillis() < endMs) {
                Thread.sleep(1_000);
                held = child.instances(OF_A_CLIENT);
            }
            lines.add(child.name() + " lets go of clients after_ms=" + (System.currentTimeMillis() - endMs + LET_GO_WITHIN_MS));
            held.forEach((name, count) -> problems.add(child.name() + " still holds " + count + " " + name));
            left += held.values().stream().mapToInt(Integer::intValue).sum();
        }
        return left;
    }

    private int surplus(String name, String what, int count, int most) {
        if (count > most) {
            problems.add(name + " has " + count + " " + what);
        }
        return Math.max(0, count - most);
    }

    /** What must have made an alert fire has, and no alert goes on whose cause is mended. */
    private void alerts(World world, Map<String, Long> counts, Map<String, Integer> inflicted) throws InterruptedException {
        if (!world.alerts.isThere()) {
            lines.add("alerts are left out: there is no Prometheus");
            return;
        }
        Set<String> expected = new TreeSet<>();
        Map.of("OrderbookRecordsRejected", counts.get("mutated") > 0, "OrderbookRestarts", counts.get("kills_server") > SURELY_SCRAPED,
                "OrderbookPartitionRestarted", inflicted.getOrDefault("make topic anew", 0) > 1)
                .forEach((name, isExpected) -> expected.addAll(isExpected ? Set.of(name) : Set.of()));
        Set<String> fired = world.alerts.fired();
        lines.add("alerts fired: " + fired);
        expected.removeAll(fired);
        expected.forEach(name -> problems.add("the alert has not fired: " + name));
        long endMs = System.currentTimeMillis() + HEALED_WITHIN.toMillis();
        Set<String> firing = world.alerts.firing();
        while (!firing.isEmpty() && System.currentTimeMillis() < endMs) {
            Thread.sleep(500);
            firing = world.alerts.firing();
        }
        firing.forEach(name -> problems.add("the alert goes on: " + name));
    }

    /** Whoever reads the log is told what is wrong. */
    private void requireLine(Child child, Pattern line) {
        long count = count(child, line);
        lines.add(child.name() + " log_lines of " + line + ": " + count);
        if (count == 0) {
            problems.add("the log of the " + child.name() + " has no line with " + line);
        }
    }

    /** How often the servers have found a connection silent or a partition not read. */
    private static long losses(World world) {
        return count(world.server, LOSS) + count(world.connector, LOSS);
    }

    private static long count(Child child, Pattern line) {
        return ServerLog.of(child.log()).count(line);
    }

    private void logs(List<Child> children) {
        for (Child child : children) {
            ServerLog log = ServerLog.of(child.log());
            List<String> traces = log.traces();
            traces.stream().limit(MOST_TRACES).forEach(
                    trace -> problems.add("a stack trace in the log of the " + child.name() + ": " + trace));
            lines.add(child.name() + " log_lines=" + log.size() + " stack_traces=" + traces.size());
        }
    }
}
