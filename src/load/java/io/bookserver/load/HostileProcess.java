package io.bookserver.load;

import io.bookserver.load.HostileClients.Kind;
import io.bookserver.testkit.ChildProcess;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * {@link HostileClients} in a process of their own: in the field they are on other machines, so their own work must not
 * disturb the clients that are measured. Where the system has the command {@code nice}, the process has a lower
 * priority than these and the server. It writes several times a second how much it has done, and ends when its parent
 * does.
 *
 * <p><i>Not thread-safe; confined to the thread that measures.</i>
 */
public final class HostileProcess implements AutoCloseable {
    private static final List<String> NICE = List.of("nice", "-n", "10");
    private static final long TELL_NANOS = TimeUnit.MILLISECONDS.toNanos(250);
    /** More than an attempt takes beside its pause. */
    private static final long ATTEMPT_MS = 5_000;
    private static final long START_NANOS = TimeUnit.SECONDS.toNanos(60);
    private static final Pattern TOLD = Pattern.compile("done((?: [a-z0-9_]+=[0-9]{1,18})+)");

    private final List<Kind> kinds;
    private final Optional<ChildProcess> process;
    private Map<String, Long> doneBefore = Map.of();
    private double cpuBefore;

    private HostileProcess(List<Kind> kinds, Optional<ChildProcess> process) {
        this.kinds = kinds;
        this.process = process;
    }

    /** The process itself: the server's address, the number of sets, their kinds, a file with the markets' tickers. */
    public static void main(String[] args) throws IOException {
        var clients = new HostileClients(
                args[0], Files.readAllLines(Path.of(args[3])), Integer.parseInt(args[1]), Kind.matching(args[2]));
        Thread telling = new Thread(() -> {
            while (true) {
                var line = new StringBuilder("done");
                clients.done().forEach((kind, count) -> line.append(' ').append(kind).append('=').append(count));
                System.out.println(line);
                LockSupport.parkNanos(TELL_NANOS);
            }
        });
        telling.setDaemon(true);
        telling.start();
        while (System.in.read() >= 0) {
            // nothing is ever sent: the input ends when the parent has ended, however that came
        }
    }

    /** Starts as many sets as the options say, which may be none, and waits for their process. */
    static HostileProcess start(LoadOptions options, Stage stage) throws IOException, InterruptedException {
        if (options.hostile == 0) {
            return new HostileProcess(List.of(), Optional.empty());
        }
        List<Kind> kinds = Kind.matching(options.hostileKinds);
        Path tickers = stage.folder().resolve("hostile-tickers.txt");
        Files.write(tickers, stage.publisher().markets().stream().map(LoadMarket::ticker).toList());
        List<String> command = new ArrayList<>(isNiceThere() ? NICE : List.of());
        command.addAll(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1",
                "-cp", System.getProperty("java.class.path"), HostileProcess.class.getName(),
                stage.server().url(), Integer.toString(options.hostile), options.hostileKinds, tickers.toString()));
        var started = new HostileProcess(kinds,
                Optional.of(ChildProcess.start(command, stage.folder().resolve("hostile.log"))));
        long deadline = System.nanoTime() + START_NANOS;
        while (started.done().isEmpty()) {
            if (System.nanoTime() > deadline) {
                started.close();
                throw new IllegalStateException("the hostile clients do not begin");
            }
            Thread.sleep(50);
        }
        return started;
    }

    /** To be called when the measured time begins. */
    void begin() {
        doneBefore = done();
        cpuBefore = cpuSeconds();
    }

    /**
     * To be called when the measured time ends. Prints, and adds to the result, how much was done in it, with which
     * processor time. A measurement beside clients that do nothing would mean nothing, so such kinds are named.
     */
    void end(double seconds, Result result) {
        result.put("hostile_cpu_s", cpuSeconds() - cpuBefore);
        if (process.isEmpty()) {
            return;
        }
        Map<String, Long> done = done();
        List<String> idle = new ArrayList<>();
        var line = new StringBuilder("hostile clients, ")
                .append(isNiceThere() ? String.join(" ", NICE) : "without nice").append(':');
        for (Kind kind : kinds) {
            String name = kind.toString();
            long all = done.getOrDefault(name, 0L);
            long more = all - doneBefore.getOrDefault(name, 0L);
            result.put("hostile_" + name + "_per_s", more / seconds);
            line.append(String.format(Locale.ROOT, " %s %.1f/s", name, more / seconds));
            // those with long pauses may have none of their turns in a short measurement
            if (all == 0 || more == 0 && 1000 * seconds > kind.quietMs() + ATTEMPT_MS) {
                idle.add(name);
            }
        }
        result.put(Result.HOSTILE_IDLE, String.join(" ", idle));
        System.out.println(line);
        if (!idle.isEmpty()) {
            System.out.println("THESE HOSTILE CLIENTS DID NOTHING: " + String.join(" ", idle));
        }
    }

    @Override
    public void close() {
        process.ifPresent(ChildProcess::close);
    }

    private double cpuSeconds() {
        return process.map(ChildProcess::cpuSeconds).orElse(0.0);
    }

    /** What the process has told last; empty if it has not told anything yet. */
    private Map<String, Long> done() {
        if (process.isEmpty()) {
            return Map.of();
        }
        String log = process.get().log();
        if (!process.get().isAlive()) {
            throw new IllegalStateException("the hostile clients have ended: " + log);
        }
        return last(log);
    }

    /** The counts of the last whole line that has some; there may be others, and one that is not complete. */
    private static Map<String, Long> last(String log) {
        Map<String, Long> counts = new HashMap<>();
        log.substring(0, log.lastIndexOf('\n') + 1).lines().map(TOLD::matcher).filter(Matcher::matches)
                .reduce((earlier, later) -> later).ifPresent(told -> {
                    for (String count : told.group(1).trim().split(" ")) {
                        String[] parts = count.split("=");
                        counts.put(parts[0], Long.parseLong(parts[1]));
                    }
                });
        return counts;
    }

    private static boolean isNiceThere() {
        return Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, NICE.get(0))));
    }
}
