package io.bookserver.page;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.assertions.PlaywrightAssertions;
import io.bookserver.devbroker.EmbeddedBroker;
import io.bookserver.exchange.ScriptedExchange;
import io.bookserver.testkit.Markets;
import io.bookserver.testkit.PackagedBroker;
import io.bookserver.testkit.PackagedServer;
import io.bookserver.testkit.Proxy;
import io.bookserver.testkit.Topics;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusIntegrationTest;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The page over a server that starts, wants a key, holds 100,000 markets, has a connector, loses its feed, starts again. */
@QuarkusIntegrationTest
@Tag("packaged")
@WithTestResource(PackagedBroker.class)
class PackagedPageStartsIT {
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final int PARTITIONS = 2;
    private static final int MARKETS = 100_000;
    private static final String KEY = "a-key-of-many";

    Proxy proxy;

    private final int port = EmbeddedBroker.freePort();
    private PackagedServer server;
    private Browser browser;
    private Page page;

    @AfterEach
    void close() throws Exception {
        if (browser != null) {
            browser.close();
        }
        if (server != null) {
            server.close();
        }
    }

    private void open(String topic) {
        browser = Browser.start();
        PlaywrightAssertions.setDefaultAssertionTimeout(SOON.toMillis());
        Topics.create(proxy.bootstrapServers(), topic, PARTITIONS);
        page = browser.page();
    }

    private void start(String topic, Map<String, String> more) {
        Map<String, String> settings = new HashMap<>(Map.of("kafka.bootstrap.servers", proxy.bootstrapServers(),
                "orderbook.topic", topic, "quarkus.http.port", Integer.toString(port), "quarkus.shutdown.delay", "0S"));
        settings.putAll(more);
        server = PackagedServer.start(settings, List.of());
    }

    private String address(String hash) {
        return "http://127.0.0.1:" + port + "/#/" + hash;
    }

    private void awaitPage(String hash) {
        await().atMost(SOON).failFast("the server has ended", () -> !server.process().isAlive())
                .until(() -> !server.get("/").startsWith("no answer"));
        page.navigate(address(hash));
    }

    @Test
    void hundredThousandMarkets_behindAKey_areListed_foundAndScrolledThrough() throws Exception {
        String topic = "page-many-" + System.nanoTime();
        open(topic);
        try (Markets markets = new Markets(proxy.bootstrapServers(), topic)) {
            markets.add(IntStream.range(0, MARKETS).mapToObj(i -> "KXMANY-" + (100_000 + i)).toArray(String[]::new));
            markets.flush();
        }
        start(topic, Map.of("orderbook.access.api-keys", KEY));
        awaitPage("markets");
        // the wrong one first
        for (String key : List.of("a-wrong-key", KEY)) {
            assertThat(page.locator(".condition")).containsText("key needed");
            assertHasNoLinkThatNeedsAKey();
            page.locator("input[name=key]").fill(key);
            page.locator("input[name=key]").press("Enter");
        }
        // the topic takes a while to be read: how far it is stands there, and no book
        assertThat(page.locator(".condition")).containsText("live");
        assertHasNoLinkThatNeedsAKey();
        assertThat(page.locator(".filters output")).hasText("100,000 of 100,000 markets");
        assertThat(page.locator(".grid")).hasAttribute("aria-rowcount", "100001");
        assertThat(page.locator(".list .all .row").count()).isLessThan(100);
        page.locator(".grid").press("End");
        assertThat(page.locator(".row[data-ticker='KXMANY-199999'] .bid")).hasText(Pattern.compile("\\d+\\.0"));
        page.locator("input[type=search]").fill("150000");
        assertThat(page.locator(".list .all .row")).hasCount(1);
        assertThat(page.locator(".filters output")).hasText("1 of 100,000 markets");
        page.reload();
        assertThat(page.locator(".filters output")).hasText("1 of 100,000 markets");
        assertThat(browser.complaints()).isEmpty();
    }

    /** A browser sends no key when it follows a link. */
    private void assertHasNoLinkThatNeedsAKey() {
        assertThat(page.locator("nav a").filter(new Locator.FilterOptions().setHasText("Markets"))).isVisible();
        assertThat(page.locator("nav a[href^='/q/']")).hasCount(0);
    }

    @Test
    void connector_isToldOfInTheHeader_andThatItLacksItsMarkets() {
        String topic = "page-connector-" + System.nanoTime();
        open(topic);
        Topics.createWithResync(proxy.bootstrapServers(), topic, PARTITIONS);
        try (ScriptedExchange exchange = ScriptedExchange.start(3)) {
            exchange.addMarkets("KXLINE", 30);
            exchange.traffic(100);
            start(topic, Map.of("orderbook.feed.mode", "exchange", "orderbook.resync.topic", topic + "-resync",
                    "orderbook.feed.exchange.group", topic, "orderbook.feed.exchange.connections", "2",
                    "orderbook.feed.exchange.ws-url", exchange.wsUrl(),
                    "orderbook.feed.exchange.rest-url", exchange.restUrl()));
            awaitPage("markets");
            assertThat(page.locator(".connector")).hasText(
                    Pattern.compile("Connector: 2 of 2 connections, 30 of 30 markets subscribed, [1-9]\\d* messages/s"));
            assertThat(page.locator(".connector.lacking")).hasCount(0);

            exchange.refuseHandshakes(503, Integer.MAX_VALUE);
            exchange.closeAll();
            assertThat(page.locator(".connector.lacking")).containsText("0 of 2 connections, 0 of 30 markets");

            exchange.refuseHandshakes(503, 0);
            assertThat(page.locator(".connector")).containsText("2 of 2 connections, 30 of 30 markets");
        }
        assertThat(browser.complaints()).isEmpty();
    }

    @Test
    void serverThatStartsAgain_andFeedThatFallsSilent_areToldAsTheyAre_andHealed() throws Exception {
        String topic = "page-starts-" + System.nanoTime();
        open(topic);
        try (Markets markets = new Markets(proxy.bootstrapServers(), topic)) {
            long connection = System.currentTimeMillis();
            markets.connection(connection);
            markets.add(IntStream.range(10, 30).mapToObj(i -> "KXSTART-" + i).toArray(String[]::new));
            markets.flush();
            markets.change(200, 4);
            markets.report(PARTITIONS);
            start(topic, Map.of());
            awaitPage("market/KXSTART-15");
            assertThat(page.locator("book-ladder tr.bid").first()).isVisible();
            assertThat(page.locator(".condition")).containsText("live");

            restart(topic);
            assertThat(page.locator(".doubt")).hasCount(0);
            String version = page.locator("[data-version]").innerText();
            assertThat(page.locator("[data-version]")).not().hasText(version);

            markets.silence();
            assertThat(page.locator(".condition")).containsText("feed down");
            assertThat(page.locator(".doubt")).containsText("may be missing updates until its next snapshot");
            page.navigate(address("markets"));
            assertThat(page.locator(".list .all .row.stale")).hasCount(20);

            markets.connection(connection + 1);
            markets.snapshots();
            assertThat(page.locator(".condition")).containsText("live");
            assertThat(page.locator(".list .all .row.stale")).hasCount(0);
        }
        assertThat(browser.complaints()).isEmpty();
    }

    private void restart(String topic) throws IOException, InterruptedException {
        server.close();
        assertThat(page.locator(".condition")).containsText("no answer");
        assertThat(page.locator(".doubt")).containsText("This book is not being updated");
        start(topic, Map.of());
        assertThat(page.locator(".condition")).containsText("live");
    }
}
