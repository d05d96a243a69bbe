package io.bookserver.load;

import com.sun.management.UnixOperatingSystemMXBean;
import io.bookserver.devbroker.EmbeddedBroker;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Runs the load tool for every rate and number of clients. Prints one line per cell and, for each number of clients,
 * the knee: the first rate that the machine does not sustain. A warm server is kept from cell to cell. After a cell
 * that it could not finish it is replaced, so that no cell inherits a backlog.
 *
 * <p><i>Not thread-safe: one run, one thread.</i>
 */
final class LoadMatrix {
    static final String HELP = """
            --matrix measures many cells on a server that was warmed up, each with a stalled client, 5 s left out and
            10 s measured. The options above hold for every cell, and:

            --rates N,N...          updates a second (1000,5000,20000,50000)
            --client-counts N,N...  clients that read (1,10,100,2000,10000); from 100 up 10 markets each, below all
            --channels C,C          (top_of_book,orderbook_delta)
            """;

    private static final String ROW =
            "%-15s %9s %7s %8s %9s %9s %9s %9s %9s %9s %7s %7s %6s %6s %6s  %s";
    private static final double LATE_MS = 100;
    /** From this many clients on, each follows few markets, as a crowd does. */
    private static final int CROWD = 100;
    private static final int MARKETS_IN_A_CROWD = 10;
    /** Files that a process has open besides those for its clients. */
    private static final int OTHER_FILES = 500;
    /** Many messages, and enough processor time for the compilers of both JVMs. */
    private static final List<String> BEFORE_THE_FIRST_CELL =
            List.of("--rate", "3000", "--clients", "10", "--markets", "100", "--seconds", "60", "--warm-up", "0");

    private final Path folder;
    private final List<String> common = new ArrayList<>(List.of("--stalled", "1", "--seconds", "10", "--warm-up", "5"));
    private final Map<String, String> knees = new LinkedHashMap<>();
    private final List<Result> results = new ArrayList<>();
    private int[] rates = {1_000, 5_000, 20_000, 50_000};
    private int[] clientCounts = {1, 10, 100, 2_000, 10_000};
    private EmbeddedBroker broker;
    private Stage stage;
    private int stages;
    private List<String> channels = List.of("top_of_book", "orderbook_delta");

    LoadMatrix(List<String> args, Path folder) {
        this.folder = folder;
        for (int i = 0; i < args.size(); i += 2) {
            String value = i + 1 < args.size() ? args.get(i + 1) : "";
            switch (args.get(i)) {
                case "--rates" -> rates = numbers(value);
                case "--client-counts" -> clientCounts = numbers(value);
                case "--channels" -> channels = List.of(value.split(","));
                default -> common.addAll(args.subList(i, Math.min(i + 2, args.size())));
            }
        }
        LoadOptions checked = LoadOptions.parse(common);
        if (checked.isBare() || !checked.url.isEmpty() || !checked.bootstrap.isEmpty()) {
            throw new IllegalArgumentException("a matrix has brokers and servers of its own");
        }
        requireFiles(Arrays.stream(clientCounts).max().orElse(0) + checked.stalled + OTHER_FILES);
    }

    /** Measures all cells; returns whether no client ever got wrong data, and all hostile ones did something. */
    boolean run() throws Exception {
        Path csv = folder.resolve("matrix-" + ProcessHandle.current().pid() + ".csv");
        System.out.printf("CPU in percent of all %d processors: the server; this tool, which is publisher, broker and "
                + "clients; all others%n", processors());
        try {
            for (String channel : channels) {
                measure(channel, csv);
                close();
            }
        } finally {
            close();
        }
        System.out.printf("%nThe knee: the first rate with p99 above %.0f ms, something missing or wrong, or the "
                + "publisher itself so late%n", LATE_MS);
        knees.forEach((of, knee) -> System.out.printf("%-25s %s%n", of, knee));
        System.out.println("written: " + csv);
        return results.stream().allMatch(one -> one.get(Result.HOSTILE_IDLE).isEmpty()
                && (one.number("wrong") == 0 || one.get("wrong").isEmpty()));
    }

    private void measure(String channel, Path csv) throws IOException {
        for (int clients : clientCounts) {
            System.out.println(String.format(ROW, "channel", "updates/s", "clients", "markets", "msgs/s", "p50 ms",
                    "p99 ms", "p99.9 ms", "max ms", "late ms", "missing", "wrong", "srv %", "tool %", "oth %", "").trim());
            for (int rate : rates) {
                Result result = measure(channel, clients, rate);
                results.add(result);
                Result.write(results, csv);
                System.out.println(line(result));
                if (!result.get("verdict").equals("ok")) {
                    knees.putIfAbsent(channel + " " + clients, rate + " updates/s (" + result.get("verdict") + ")");
                }
                if (result.number("missing") != 0 || result.number("wrong_books") != 0) {
                    close();
                }
            }
            knees.putIfAbsent(channel + " " + clients, "not reached");
        }
    }

    private Result measure(String channel, int clients, int rate) {
        List<String> args = new ArrayList<>(common);
        args.addAll(List.of(
                "--channel", channel, "--clients", Integer.toString(clients), "--rate", Integer.toString(rate)));
        if (clients >= CROWD && !args.contains("--markets")) {
            args.addAll(List.of("--markets", Integer.toString(MARKETS_IN_A_CROWD)));
        }
        LoadOptions options = LoadOptions.parse(args);
        Result result = new Result().put("channel", channel).put("rate", rate).put("clients", clients)
                .put("markets_each", options.markets);
        try {
            if (stage == null) {
                open(channel);
            }
            result.putAll(new Measurement(options, stage).run());
            return result.put("verdict", verdict(result));
        } catch (Exception e) {
            // a cell that cannot even be measured is beyond the knee; the others are still useful
            return result.put("verdict", "failed: " + e);
        }
    }

    private void open(String channel) throws Exception {
        List<String> args = new ArrayList<>(common);
        args.addAll(BEFORE_THE_FIRST_CELL);
        args.addAll(List.of("--channel", channel));
        LoadOptions options = LoadOptions.parse(args);
        broker = EmbeddedBroker.start();
        stage = Stage.open(options, broker, folder, stages++);
        new Measurement(options, stage).run();
    }

    private void close() {
        if (stage != null) {
            stage.close();
            stage = null;
        }
        if (broker != null) {
            broker.close();
            broker = null;
        }
    }

    private static String verdict(Result result) {
        List<String> reasons = new ArrayList<>();
        if (!(result.number("p99_ms") <= LATE_MS)) {
            reasons.add("p99 " + result.get("p99_ms") + " ms");
        }
        for (String fault : List.of("missing", "wrong", "wrong_books", "closed_by_server")) {
            if (result.number(fault) != 0) {
                reasons.add(fault + " " + result.get(fault));
            }
        }
        if (result.number("publisher_late_ms") > LATE_MS) {
            reasons.add("publisher " + result.get("publisher_late_ms") + " ms late");
        }
        if (!result.get(Result.HOSTILE_IDLE).isEmpty()) {
            reasons.add("idle hostile clients");
        }
        return reasons.isEmpty() ? "ok" : String.join(", ", reasons);
    }

    private static String line(Result result) {
        return String.format(ROW,
                result.get("channel"), result.get("rate"), result.get("clients"), result.get("markets_each"),
                result.get("messages_per_s"), result.get("p50_ms"), result.get("p99_ms"), result.get("p99.9_ms"),
                result.get("max_ms"), result.get("publisher_late_ms"), result.get("missing"), result.get("wrong"),
                percent(result, "server_cpu_s"), percent(result, "tool_cpu_s"), percent(result, "others_cpu_s"),
                result.get("verdict"));
    }

    private static String percent(Result result, String cpuSeconds) {
        double share = result.number(cpuSeconds) / (result.number("publishing_s") * processors());
        return Double.isNaN(share) ? "" : String.format(Locale.ROOT, "%.0f", 100 * share);
    }

    private static int processors() {
        return Runtime.getRuntime().availableProcessors();
    }

    /** Tool and server each need one file per client; the server inherits this process's limit. */
    private static void requireFiles(long needed) {
        if (ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean system
                && system.getMaxFileDescriptorCount() < needed) {
            throw new IllegalArgumentException("too few open files are allowed for so many clients: needed=" + needed
                    + " allowed=" + system.getMaxFileDescriptorCount() + "; raise it with 'ulimit -n " + needed
                    + "' or give smaller --client-counts");
        }
    }

    private static int[] numbers(String list) {
        return Arrays.stream(list.split(",")).mapToInt(Integer::parseInt).toArray();
    }
}
