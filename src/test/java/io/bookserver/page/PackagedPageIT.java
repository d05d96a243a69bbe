package io.bookserver.page;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.deque.html.axecore.playwright.AxeBuilder;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Route;
import com.microsoft.playwright.assertions.PlaywrightAssertions;
import com.microsoft.playwright.options.ColorScheme;
import io.bookserver.testkit.Markets;
import io.bookserver.testkit.PackagedBroker;
import io.bookserver.testkit.Proxy;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusIntegrationTest;
import io.restassured.path.json.JsonPath;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The page in a browser, over what was packaged, with markets that change all the time. */
@QuarkusIntegrationTest
@Tag("packaged")
@WithTestResource(PackagedBroker.class)
class PackagedPageIT {
    private static final Duration SOON = Duration.ofSeconds(30);
    private static final int MARKETS = 40;
    /** Visible ASCII, as tickers are, and a whole element in it. */
    private static final String HOSTILE = "<img/src=x/onerror=document.title='hacked'>&amp;%2F../#?";

    private static Browser browser;

    @TestHTTPResource("/")
    URI uri;

    Proxy proxy;

    private Markets markets;
    private String prefix;
    private Page page;

    @BeforeAll
    static void startBrowser() {
        browser = Browser.start();
        PlaywrightAssertions.setDefaultAssertionTimeout(SOON.toMillis());
    }

    @AfterAll
    static void closeBrowser() {
        if (browser != null) {
            browser.close();
        }
    }

    @BeforeEach
    void openMarkets() throws InterruptedException {
        prefix = proxy.newTicker() + "-";
        markets = new Markets(proxy.bootstrapServers(), "market-data-all");
        markets.add(IntStream.range(0, MARKETS).mapToObj(this::ticker).toArray(String[]::new));
        markets.flush();
        await().atMost(SOON).until(() -> given().get("/api/v1/books/" + ticker(MARKETS - 1)).statusCode() == 200);
        page = browser.page();
    }

    @AfterEach
    void nobodyComplained() throws InterruptedException {
        if (markets != null) {
            markets.close();
        }
        if (page != null) {
            page.context().close();
        }
        assertThat(browser.complaints()).isEmpty();
    }

    private String ticker(int number) {
        return prefix + (10 + number);
    }

    private String address(String hash) {
        return uri.toString().replaceAll("/$", "") + "/#/" + hash;
    }

    private Locator row(String ticker) {
        return page.locator(".row[data-ticker='" + ticker + "']");
    }

    private List<String> shownLevels(String kind) {
        return new ArrayList<>(page.locator("book-ladder tr." + kind).all().stream()
                .map(line -> line.locator(".price").innerText() + " x " + line.locator(".quantity").innerText()).toList());
    }

    private static List<String> levels(JsonPath book, String side) {
        List<String> levels = new ArrayList<>();
        for (Map<String, Object> level : book.<Map<String, Object>>getList(side)) {
            int cents = cents(level.get("price_dollars"));
            levels.add((side.equals("no") ? 100 - cents : cents) + ".0 x " + contracts(level));
        }
        return levels;
    }

    /** Once everything that was published is applied, the page shows it, level by level. */
    private void assertShowsTheBook(String ticker) {
        JsonPath book = given().get("/api/v1/books/" + ticker + "?depth=10").jsonPath();
        await().pollInSameThread().atMost(SOON).untilAsserted(() -> {
            assertThat(shownLevels("bid")).isEqualTo(levels(book, "yes"));
            List<String> asks = shownLevels("ask");
            Collections.reverse(asks);
            assertThat(asks).isEqualTo(levels(book, "no"));
            assertThat(page.locator("[data-version]").innerText().replace(",", "")).isEqualTo(book.getString("version"));
        });
    }

    private void changeFor(String ticker, int versions) throws InterruptedException {
        long before = version(ticker);
        markets.change(1_000, 4);
        await().atMost(SOON).until(() -> version(ticker) > before + versions);
        markets.rest();
        await().atMost(SOON).until(() -> given().get("/api/v1/status").jsonPath().getInt("kafka.records_per_second") == 0);
    }

    private static long version(String ticker) {
        return given().get("/api/v1/books/" + ticker).jsonPath().getLong("version");
    }

    @Test
    void book_afterManyChanges_isTheOneThatRestHas_andAgainAfterAReload() throws InterruptedException {
        page.navigate(address("market/" + ticker(3)));
        assertThat(page.locator("book-ladder tr.bid").first()).isVisible();
        changeFor(ticker(3), 20);
        assertShowsTheBook(ticker(3));
        page.reload();
        assertShowsTheBook(ticker(3));
    }

    /** Looks at every frame whether the best prices above the book are those of the book. */
    @Test
    void bestPrices_aboveTheBook_areItsOwn_inEveryFrame() throws InterruptedException {
        page.navigate(address("market/" + ticker(3)));
        assertShowsTheBook(ticker(3));
        page.evaluate("""
                window.looks = window.torn = 0;
                (function look() {
                    const best = document.querySelector('market-board .best .bid')?.innerText;
                    const first = document.querySelector('book-ladder tbody.bids tr.bid .price')?.innerText;
                    looks++;
                    torn += best === first ? 0 : 1;
                    requestAnimationFrame(look);
                })();""");
        changeFor(ticker(3), 20);
        assertThat((int) page.evaluate("looks")).isPositive();
        assertThat((int) page.evaluate("torn")).isZero();
    }

    @Test
    void list_showsTheTopOfBook_asItWent() throws InterruptedException {
        page.navigate(address("markets?q=" + prefix));
        assertThat(page.locator(".filters output")).containsText(MARKETS + " of ");
        changeFor(ticker(0), 10);
        List<String> tickers = page.locator(".list .all .row").all().stream()
                .map(row -> row.getAttribute("data-ticker")).toList();
        assertThat(tickers).hasSizeBetween(10, MARKETS);
        List<String> expected = given().get("/api/v1/top-of-book?market_tickers=" + String.join(",", tickers)).jsonPath()
                .<Map<String, Object>>getList("books").stream().map(PackagedPageIT::line).toList();
        await().pollInSameThread().atMost(SOON).untilAsserted(() -> assertThat(page.locator(".list .all .row").all().stream()
                .map(row -> row.getAttribute("data-ticker") + " " + String.join(" ",
                        row.locator(".number").allInnerTexts().subList(0, 4))).toList()).isEqualTo(expected));
    }

    /** As if the browser had been too busy to render it for 0.6 s. */
    @Test
    void move_flashes_howeverLateItIsRendered_andNoFlashStays() {
        page.navigate(address("markets?q=" + prefix));
        assertThat(row(ticker(0)).locator(".bid")).hasText(Pattern.compile("\\d+\\.0"));
        page.evaluate("""
                ticker => {
                    window.flashed = false;
                    new MutationObserver(() => window.flashed ||= document.querySelector('.row .bid.down') !== null)
                        .observe(document.querySelector('.list'), {subtree: true, attributes: true});
                    const catalog = document.querySelector('markets-view').catalog;
                    const row = catalog.row(ticker);
                    catalog.takeTop({market_ticker: ticker, version: row.version + 1, status: row.status, state: row.state,
                        crossed: false, last_updated_ms: row.changedMs, yes_bid: {price_dollars: '0.0100', quantity_fp: '1.00'},
                        no_bid: null, yes_ask_dollars: '0.9900'});
                    row.movedMs -= 600;
                }""", ticker(0));
        await().pollInSameThread().atMost(SOON).until(() -> (boolean) page.evaluate("flashed"));
        assertThat(row(ticker(0)).locator(".bid")).hasText("1.0");
        assertThat(page.locator(".row .up, .row .down")).hasCount(0);
    }

    @SuppressWarnings("unchecked")
    private static String line(Map<String, Object> top) {
        Map<String, Object> yes = (Map<String, Object>) top.get("yes_bid");
        Map<String, Object> no = (Map<String, Object>) top.get("no_bid");
        return top.get("market_ticker") + " " + contracts(yes) + " " + cents(yes.get("price_dollars")) + ".0 "
                + cents(top.get("yes_ask_dollars")) + ".0 " + contracts(no);
    }

    private static int cents(Object dollars) {
        return Integer.parseInt(((String) dollars).substring(2, 4));
    }

    private static String contracts(Map<String, Object> level) {
        return String.format("%,.0f", Double.parseDouble((String) level.get("quantity_fp")));
    }

    @Test
    void level_underThePointer_tellsTheTimesThatRestTells() throws InterruptedException {
        page.navigate(address("market/" + ticker(1)));
        assertThat(page.locator("book-ladder tr.bid").first()).isVisible();
        changeFor(ticker(1), 5);
        assertShowsTheBook(ticker(1));
        page.locator("book-ladder tr.bid").first().hover();
        assertThat(page.locator(".way li")).hasCount(6);
        Map<String, Object> level = given().get("/api/v1/books/" + ticker(1) + "?depth=1").jsonPath().getMap("yes[0]");
        List<String> expected = Stream.of("exchange_ms", "feed_received_ms", "kafka_published_ms", "received_ms",
                        "server_published_ms").map(field -> (String) page.evaluate(
                // a level that has not changed since the snapshot has no time of the exchange: undefined here, not null
                "async ms => ms == null ? 'unknown' : (await import('/page/views/text.js')).exactTime(ms)",
                level.get(field) == null ? null : ((Number) level.get(field)).doubleValue()))
                .toList();
        // behind a snapshot, which has one time for all levels, the page asks for each level's own
        await().pollInSameThread().atMost(SOON).untilAsserted(
                () -> assertThat(page.locator(".way time").allInnerTexts().subList(0, 5)).isEqualTo(expected));
        assertThat(page.locator(".way .since").allInnerTexts().subList(1, 5)).allMatch(text -> text.matches("[+−]\\d+ ms|"));
    }

    @Test
    void keyboard_reachesEverything_andTheAddressKeepsIt() {
        page.navigate(address("markets"));
        assertThat(page.locator(".list .all .row").first()).isVisible();
        page.keyboard().press("/");
        page.keyboard().type(prefix);
        assertThat(page.locator(".filters output")).containsText(MARKETS + " of ");
        page.keyboard().press("Enter");
        page.keyboard().press("ArrowDown");
        page.keyboard().press("ArrowDown");
        page.keyboard().press("b");
        assertThat(page.locator("nav")).containsText("Books (1)");
        page.keyboard().press("End");
        assertThat(row(ticker(MARKETS - 1))).hasClass(Pattern.compile(".*active.*"));
        page.keyboard().press("Home");
        page.keyboard().press("Enter");
        assertThat(page).hasURL(address("market/" + ticker(0)));
        assertThat(page.locator("h2")).hasText(ticker(0));
        page.locator("book-ladder tr.bid").first().focus();
        page.keyboard().press("ArrowDown");
        assertThat(page.locator("book-ladder tr.bid").nth(1)).hasClass(Pattern.compile(".*chosen.*"));
        page.keyboard().press("Escape");
        assertThat(page).hasURL(address("markets?q=" + prefix));
        page.locator("button.sort").filter(new Locator.FilterOptions().setHasText("Spread")).press("Enter");
        page.locator("select").first().selectOption("unknown");
        assertThat(page).hasURL(address("markets?q=" + prefix + "&status=unknown&sort=spread"));
        page.reload();
        assertThat(page.locator("input[type=search]")).hasValue(prefix);
        assertThat(page.locator(".filters output")).containsText(MARKETS + " of ");
        assertThat(page.locator("[aria-sort=ascending]")).containsText("Spread");
    }

    @Test
    void tickerAndTitle_areTextAndNeverHtml() throws InterruptedException {
        String ticker = prefix + HOSTILE;
        markets.add(ticker);
        String title = "<img src=x onerror=\"document.title='hacked'\"><script>document.title='hacked'</script>";
        markets.created(ticker, title);
        markets.flush();
        page.navigate(address("markets?q=" + prefix + "%3Cimg"));
        assertThat(page.locator(".list .all .row")).hasCount(1);
        assertThat(page.locator(".list .all .row .ticker a")).hasText(ticker);
        assertThat(page.locator(".list .all .row .title")).hasText(title);
        page.locator(".list .all .row .ticker a").click();
        assertThat(page.locator("h2")).hasText(title);
        assertThat(page.locator("market-board .name .soft")).hasText(ticker);
        assertThat(page.locator("book-ladder tr.bid").first()).isVisible();
        page.locator("summary").click();
        assertThat(page.locator(".recipe pre").first()).hasText(
                "curl -s '" + uri + "api/v1/books/" + page.evaluate("encodeURIComponent", ticker).toString()
                        .replace("'", "'\\''") + "'");
        assertThat(page.locator("main img, main script")).hasCount(0);
        assertThat(page).hasTitle("Order books");
    }

    @Test
    void trades_ofTheMarketThatIsShown_standBesideItsBook_theLatestFirst() {
        page.navigate(address("market/" + ticker(2)));
        Locator lines = page.locator(".trades tbody tr");
        // until one comes: the page's subscription is then there
        await().pollInSameThread().atMost(SOON).until(() -> {
            markets.trade(ticker(2), 50, 1, "yes");
            markets.flush();
            return lines.count() > 0;
        });
        markets.trade(ticker(2), 43, 1_200, "yes");
        markets.trade(ticker(3), 77, 7, "yes");
        markets.trade(ticker(2), 41, 5, "no");
        markets.flush();
        await().pollInSameThread().atMost(SOON).untilAsserted(() -> assertThat(lines.all().stream().limit(3)
                .map(line -> line.getAttribute("class") + " " + String.join(" ", line.locator("td").allInnerTexts().subList(1, 3)))
                .toList()).isEqualTo(List.of("ask 41.0 5", "bid 43.0 1,200", "bid 50.0 1")));
    }

    /** The server's own answers, but of a moment at which it rebuilds. */
    @Test
    void progress_isShownWhileTheServerRebuilds() {
        page.route("**/api/v1/status", route -> route.fulfill(new Route.FulfillOptions().setContentType("application/json")
                .setBody(given().get("/api/v1/status").asString().replaceFirst(
                        "\\{\"complete\":true,\"records_read\":\\d+,\"records_to_read\":\\d+",
                        "{\"complete\":false,\"records_read\":250,\"records_to_read\":1000"))));
        page.navigate(address("markets"));
        assertThat(page.locator(".condition")).containsText("250 of 1,000 records read");
        assertThat((int) page.locator(".condition progress").evaluate("bar => Math.round(100 * bar.value / bar.max)"))
                .isEqualTo(25);
        page.unroute("**/api/v1/status");
        assertThat(page.locator(".condition")).containsText("live");
        assertThat(page.locator("progress")).hasCount(0);
        assertThat(page.locator(".list .all .row").first()).isVisible();
    }

    @Test
    void severalMarkets_standBesideEachOther_andTheClientsViewTellsOfThisOne() {
        page.navigate(address("market/" + ticker(0) + "/" + ticker(1)));
        assertThat(page.locator("market-board")).hasCount(2);
        page.locator("input[name=ticker]").fill(ticker(2));
        page.locator("input[name=ticker]").press("Enter");
        assertThat(page).hasURL(address("market/" + ticker(0) + "/" + ticker(1) + "/" + ticker(2)));
        for (int i = 0; i < 3; i++) {
            assertThat(page.locator("market-board").nth(i).locator("tr.ask").first()).isVisible();
        }
        page.locator("market-board").nth(1).locator(".close").click();
        assertThat(page).hasURL(address("market/" + ticker(0) + "/" + ticker(2)));
        page.locator("label").filter(new Locator.FilterOptions().setHasText("yes bids and no bids")).click();
        assertThat(page.locator("market-board").first().locator("table th").filter(
                new Locator.FilterOptions().setHasText("no bid"))).isVisible();
        page.locator("nav a").filter(new Locator.FilterOptions().setHasText("Clients")).click();
        assertThat(page.locator("table.clients tbody tr")).not().hasCount(0);
        assertThat(page.locator("nav a[href='/q/swagger-ui/']")).isVisible();
    }

    @ParameterizedTest
    @CsvSource({"LIGHT, 1440", "DARK, 1440", "LIGHT, 390"})
    void views_haveNoViolationThatAxeFinds(ColorScheme scheme, int width) {
        page.context().close();
        page = browser.page(width, 900, scheme);
        for (String view : List.of("markets?q=" + prefix, "market/" + ticker(0) + "/" + ticker(1), "clients")) {
            page.navigate(address(view));
            assertThat(page.locator("main .all .row, main tr.bid, main .clients tr").first()).isVisible();
            assertThat(new AxeBuilder(page).analyze().getViolations().stream()
                    .map(rule -> rule.getId() + ": " + rule.getNodes().stream().map(node -> node.getHtml()).toList()).toList())
                    .as(view).isEmpty();
        }
    }
}
