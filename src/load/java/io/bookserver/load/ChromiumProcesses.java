package io.bookserver.load;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The processor time used so far by the processes of a browser started by this process, in seconds, by process type and, for
 * renderers, by thread. Linux only.
 *
 * <p><i>Immutable.</i>
 */
final class ChromiumProcesses {
    private static final double CLOCK_TICKS = 100;
    private static final Pattern KIND = Pattern.compile("--type=([a-z]+)");
    private static final Pattern KB = Pattern.compile("\\d+");

    private final Map<String, Double> seconds = new TreeMap<>();
    /** Seconds by process id. The browser also has a renderer for its own window and an empty spare one. */
    private final Map<Long, Double> renderers = new HashMap<>();

    /** The current values. */
    static ChromiumProcesses now() {
        ChromiumProcesses processes = new ChromiumProcesses();
        ProcessHandle.current().descendants().filter(process -> process.info().command().orElse("").contains("chrom"))
                .map(ProcessHandle::pid).forEach(processes::add);
        return processes;
    }

    /** Percent of one core since {@code before}, by process type and thread; values below 0.05 are omitted. */
    Map<String, Double> shares(ChromiumProcesses before, double elapsedSeconds) {
        Map<String, Double> shares = new TreeMap<>();
        seconds.forEach((name, used) -> {
            double share = 100 * (used - before.seconds.getOrDefault(name, 0.0)) / elapsedSeconds;
            if (share >= 0.05) {
                shares.put(name, share);
            }
        });
        return shares;
    }

    /** The process id of the renderer that has used the most time since {@code before}. */
    long busiestRenderer(ChromiumProcesses before) {
        return renderers.entrySet().stream().max(Comparator.comparing(
                one -> one.getValue() - before.renderers.getOrDefault(one.getKey(), 0.0))).orElseThrow().getKey();
    }

    private void add(long pid) {
        try {
            Matcher type = KIND.matcher(Files.readString(Path.of("/proc", Long.toString(pid), "cmdline")));
            String kind = type.find() ? type.group(1) : "main";
            String stat = Files.readString(Path.of("/proc", Long.toString(pid), "stat"));
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
            double used = (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) / CLOCK_TICKS;
            seconds.merge(kind, used, Double::sum);
            seconds.merge("all", used, Double::sum);
            if (kind.equals("renderer")) {
                renderers.put(pid, used);
                threads(pid).forEach((thread, share) -> seconds.merge("renderer." + thread, share, Double::sum));
            }
        } catch (IOException e) {
            // it has ended meanwhile
        }
    }

    private static Map<String, Double> threads(long pid) throws IOException {
        Map<String, Double> threads = new TreeMap<>();
        try (Stream<Path> tasks = Files.list(Path.of("/proc", Long.toString(pid), "task"))) {
            for (Path task : tasks.toList()) {
                String name = task.endsWith(Long.toString(pid)) ? "main"
                        : Files.readString(task.resolve("comm")).strip().replaceAll("\\W|\\d", "");
                double used = Long.parseLong(Files.readString(task.resolve("schedstat")).split(" ")[0]) / 1e9;
                threads.merge(name, used, Double::sum);
            }
        }
        return threads;
    }

    /**
     * The memory of one renderer, in megabytes.
     *
     * @param footprintMb anonymous memory, resident and swapped; the browser's task manager shows this figure
     * @param proportionalMb proportional set size, which includes a share of the browser's code
     */
    record RendererMemory(double footprintMb, double proportionalMb) {
        static RendererMemory of(long pid) {
            try {
                Path process = Path.of("/proc", Long.toString(pid));
                List<String> status = Files.readAllLines(process.resolve("status"));
                return new RendererMemory((kb(status, "RssAnon:") + kb(status, "VmSwap:")) / 1e3,
                        kb(Files.readAllLines(process.resolve("smaps_rollup")), "Pss:") / 1e3);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public String toString() {
            return String.format(Locale.ROOT, "%.0fMB(pss=%.0fMB)", footprintMb, proportionalMb);
        }

        private static long kb(List<String> lines, String name) {
            return lines.stream().filter(line -> line.startsWith(name)).map(KB::matcher).filter(Matcher::find)
                    .mapToLong(number -> Long.parseLong(number.group())).findFirst().orElse(0);
        }
    }
}
