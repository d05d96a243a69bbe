package io.bookserver.load;

import com.microsoft.playwright.CDPSession;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ColorScheme;
import io.bookserver.devbroker.EmbeddedBroker;
import io.bookserver.page.Browser;
import io.bookserver.testkit.Markets;
import io.bookserver.testkit.Topics;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The cost of the page for the browser and the server: 200 markets in view, 1,000 changes of best levels per second
 * over all markets. Each round measures the server alone, with a client that follows the markets in view, and with the
 * page. {@code -Dload.args="rounds seconds markets"}.
 *
 * <p><i>Not thread-safe; the one thread of the tool.</i>
 */
public final class PageLoad {
    private static final int IN_SIGHT = 200;
    private static final int PER_SECOND = 1_000;
    private static final int PARTITIONS = 4;
    /** The height of a row in the list, and of everything above the list. */
    private static final int ROW_PX = 30;
    private static final int ABOVE_PX = 400;
    private static final long WARM_UP_MS = 8_000;
    private static final List<String> DURATIONS = List.of("ScriptDuration", "RecalcStyleDuration", "LayoutDuration");
    private static final Path FOLDER = Path.of("target", "load");

    private final ServerProcess server;
    private final long seconds;

    private PageLoad(ServerProcess server, long seconds) {
        this.server = server;
        this.seconds = seconds;
    }

    public static void main(String[] arguments) throws Exception {
        int rounds = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 3;
        long seconds = arguments.length > 1 ? Long.parseLong(arguments[1]) : 20;
        int count = arguments.length > 2 ? Integer.parseInt(arguments[2]) : IN_SIGHT;
        String topic = "page-load";
        int port = EmbeddedBroker.freePort();
        try (EmbeddedBroker broker = EmbeddedBroker.start()) {
            Topics.create(broker.bootstrapServers(), topic, PARTITIONS);
            Topics.create(broker.bootstrapServers(), topic + "-dead-letter", 1);
            try (Markets markets = new Markets(broker.bootstrapServers(), topic);
                    ServerProcess server = ServerProcess.start(new LoadOptions(), port,
                            ServerProcess.packaged(broker.bootstrapServers(), topic, port), FOLDER, "page")) {
                markets.add(IntStream.range(0, count).mapToObj(PageLoad::ticker).toArray(String[]::new));
                markets.flush();
                server.awaitReady();
                markets.change(PER_SECOND, 1);
                Thread.sleep(WARM_UP_MS);
                for (int round = 1; round <= rounds; round++) {
                    new PageLoad(server, seconds).measure(round);
                }
            }
        }
    }

    private static String ticker(int number) {
        return "KXPAGE-" + (1_000_000 + number);
    }

    private void measure(int round) throws Exception {
        double alone = serverShare();
        double withClient;
        WebSocket client = follow();
        try {
            Thread.sleep(2_000);
            withClient = serverShare();
        } finally {
            client.abort();
        }
        System.out.printf(Locale.ROOT, "round=%d server_alone=%.1f%% with_a_client=%.1f%% %s%n", round, alone, withClient,
                withThePage());
    }

    /** The server's share of one core. */
    private double serverShare() throws InterruptedException {
        double before = server.cpuSeconds();
        Thread.sleep(seconds * 1_000);
        return 100 * (server.cpuSeconds() - before) / seconds;
    }

    private WebSocket follow() {
        String tickers = IntStream.range(0, IN_SIGHT).mapToObj(i -> '"' + ticker(i) + '"').collect(Collectors.joining(","));
        WebSocket client = HttpClient.newHttpClient().newWebSocketBuilder().buildAsync(
                URI.create(server.url().replace("http", "ws") + "/trade-api/ws/v2"), new WebSocket.Listener() {
                    @Override
                    public CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
                        socket.request(1);
                        return null;
                    }
                }).join();
        client.sendText("{\"id\":1,\"cmd\":\"subscribe\",\"params\":{\"channels\":[\"top_of_book\"],\"market_tickers\":["
                + tickers + "]}}", true).join();
        return client;
    }

    private String withThePage() throws Exception {
        try (Browser browser = Browser.start()) {
            Page page = browser.page(1_280, IN_SIGHT * ROW_PX + ABOVE_PX, ColorScheme.LIGHT);
            page.navigate(server.url() + "/");
            page.waitForFunction("count => document.querySelectorAll('.all .row').length >= count", IN_SIGHT);
            CDPSession devTools = page.context().newCDPSession(page);
            devTools.send("Performance.enable");
            page.waitForTimeout(WARM_UP_MS);
            Map<Long, Double> before = chromium();
            double[] durations = durations(devTools);
            double serverShare = serverShareWhile(page);
            double renderer = 0;
            double all = 0;
            long rendererKb = 0;
            for (Map.Entry<Long, Double> process : chromium().entrySet()) {
                double used = process.getValue() - before.getOrDefault(process.getKey(), process.getValue());
                all += used;
                if (used > renderer && commandLine(process.getKey()).contains("--type=renderer")) {
                    renderer = used;
                    rendererKb = proportionalKb(process.getKey());
                }
            }
            StringBuilder parts = new StringBuilder();
            double[] after = durations(devTools);
            for (int i = 0; i < DURATIONS.size(); i++) {
                parts.append(String.format(Locale.ROOT, " %s=%.1f%%", DURATIONS.get(i),
                        100 * (after[i] - durations[i]) / seconds));
            }
            devTools.send("HeapProfiler.collectGarbage");
            return String.format(Locale.ROOT, "with_the_page=%.1f%% renderer=%.1f%% browser=%.1f%% js_heap=%.1fMB "
                            + "renderer_pss=%.0fMB%s", serverShare, 100 * renderer / seconds, 100 * all / seconds,
                    metric(devTools, "JSHeapUsedSize") / 1e6, rendererKb / 1e3, parts);
        }
    }

    private double serverShareWhile(Page page) {
        double before = server.cpuSeconds();
        page.waitForTimeout(seconds * 1_000);
        return 100 * (server.cpuSeconds() - before) / seconds;
    }

    /** How the page's main thread spends its time, by the clock. */
    private static double[] durations(CDPSession devTools) {
        return DURATIONS.stream().mapToDouble(name -> metric(devTools, name)).toArray();
    }

    private static double metric(CDPSession devTools, String name) {
        for (var metric : devTools.send("Performance.getMetrics").getAsJsonArray("metrics")) {
            if (metric.getAsJsonObject().get("name").getAsString().equals(name)) {
                return metric.getAsJsonObject().get("value").getAsDouble();
            }
        }
        throw new IllegalStateException("no metric " + name);
    }

    /** The processor seconds of each of the browser's processes. */
    private static Map<Long, Double> chromium() {
        List<ProcessHandle> processes = new ArrayList<>();
        ProcessHandle.current().descendants().filter(process -> process.info().command().orElse("").contains("chrom"))
                .forEach(processes::add);
        return processes.stream().collect(Collectors.toMap(ProcessHandle::pid, process -> process.info()
                .totalCpuDuration().map(Duration::toNanos).orElse(0L) / 1e9));
    }

    private static String commandLine(long pid) throws IOException {
        return Files.readString(Path.of("/proc", Long.toString(pid), "cmdline"));
    }

    /** A process's own memory plus its share of the memory that processes have in common. */
    private static long proportionalKb(long pid) throws IOException {
        return Files.readAllLines(Path.of("/proc", Long.toString(pid), "smaps_rollup")).stream()
                .filter(line -> line.startsWith("Pss:")).mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                .findFirst().orElse(0);
    }
}
