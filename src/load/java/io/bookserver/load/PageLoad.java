package io.bookserver.load;

import com.microsoft.playwright.CDPSession;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Route;
import com.microsoft.playwright.options.ColorScheme;
import io.bookserver.devbroker.EmbeddedBroker;
import io.bookserver.load.ChromiumProcesses.RendererMemory;
import io.bookserver.page.Browser;
import io.bookserver.testkit.Markets;
import io.bookserver.testkit.Topics;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The cost of the page for the browser and the server: 200 markets in view, 1,000 changes of best levels per second
 * over all markets. Each round measures the server alone, with a client that follows the markets in view, and with the
 * page. {@code -Dload.args="rounds seconds markets"}. Further arguments are folders with other versions of the page's files
 * ({@code /page/}); each is measured in turn instead of the packaged files.
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
    private static final long EMPTY_MS = 1_000;
    private static final long COLLECTED_MS = 1_000;
    private static final Path FOLDER = Path.of("target", "load");

    private final ServerProcess server;
    private final long seconds;
    private final List<String> variants;

    private PageLoad(ServerProcess server, long seconds, List<String> variants) {
        this.server = server;
        this.seconds = seconds;
        this.variants = variants;
    }

    public static void main(String[] arguments) throws Exception {
        int rounds = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 3;
        long seconds = arguments.length > 1 ? Long.parseLong(arguments[1]) : 20;
        int count = arguments.length > 2 ? Integer.parseInt(arguments[2]) : IN_SIGHT;
        List<String> variants = arguments.length > 3 ? List.of(arguments).subList(3, arguments.length) : List.of("");
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
                    new PageLoad(server, seconds, variants).measure(round);
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
        for (String variant : variants) {
            System.out.printf(Locale.ROOT, "round=%d variant=%s server_alone=%.1f%% with_a_client=%.1f%% %s%n", round, variant,
                    alone, withClient, withThePage(variant));
        }
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

    private String withThePage(String variant) throws Exception {
        try (Browser browser = Browser.start()) {
            Page page = browser.page(1_280, IN_SIGHT * ROW_PX + ABOVE_PX, ColorScheme.LIGHT);
            page.navigate("about:blank");
            page.waitForTimeout(EMPTY_MS);
            RendererMemory empty = RendererMemory.of(rendererOf(page));
            serve(page, variant);
            page.navigate(server.url() + "/");
            page.waitForFunction("count => document.querySelectorAll('.all .row').length >= count", IN_SIGHT);
            page.unrouteAll();
            CDPSession devTools = page.context().newCDPSession(page);
            devTools.send("Performance.enable");
            page.waitForTimeout(WARM_UP_MS);
            ChromiumProcesses before = ChromiumProcesses.now();
            double serverShare = serverShareWhile(page);
            StringBuilder shares = new StringBuilder();
            ChromiumProcesses now = ChromiumProcesses.now();
            now.shares(before, seconds).forEach((name, share) ->
                    shares.append(String.format(Locale.ROOT, " %s=%.1f%%", name, share)));
            long renderer = rendererOf(page);
            RendererMemory memory = RendererMemory.of(renderer);
            devTools.send("HeapProfiler.collectGarbage");
            page.waitForTimeout(COLLECTED_MS);
            RendererMemory collected = RendererMemory.of(renderer);
            return String.format(Locale.ROOT, "with_the_page=%.1f%%%s js_heap=%.1fMB renderer=%s collected=%s empty=%s",
                    serverShare, shares, metric(devTools, "JSHeapUsedSize") / 1e6, memory, collected, empty);
        }
    }

    /** Serves the page's files from a folder. The route is removed after loading, since it slows every request. */
    private static void serve(Page page, String variant) {
        if (!variant.isEmpty()) {
            page.route("**/page/**", route -> {
                Path file = Path.of(variant, route.request().url().replaceFirst(".*?/page/", ""));
                route.fulfill(new Route.FulfillOptions().setPath(file));
            });
        }
    }

    /** The process id of the page's renderer. A busy loop in the page identifies it. */
    private static long rendererOf(Page page) {
        ChromiumProcesses before = ChromiumProcesses.now();
        page.evaluate("() => { const endMs = performance.now() + 300; while (performance.now() < endMs); }");
        return ChromiumProcesses.now().busiestRenderer(before);
    }

    private double serverShareWhile(Page page) {
        double before = server.cpuSeconds();
        page.waitForTimeout(seconds * 1_000);
        return 100 * (server.cpuSeconds() - before) / seconds;
    }

    private static double metric(CDPSession devTools, String name) {
        for (var metric : devTools.send("Performance.getMetrics").getAsJsonArray("metrics")) {
            if (metric.getAsJsonObject().get("name").getAsString().equals(name)) {
                return metric.getAsJsonObject().get("value").getAsDouble();
            }
        }
        throw new IllegalStateException("no metric " + name);
    }
}
