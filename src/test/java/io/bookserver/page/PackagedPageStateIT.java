package io.bookserver.page;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Page;
import io.bookserver.testkit.PackagedBroker;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusIntegrationTest;
import java.net.URI;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The page's state modules by themselves: each script runs in the browser and gives back what it saw. */
@QuarkusIntegrationTest
@Tag("packaged")
@WithTestResource(PackagedBroker.class)
class PackagedPageStateIT {
    private static Browser browser;
    private static Page page;

    @TestHTTPResource("/")
    URI uri;

    @BeforeEach
    void open() {
        if (browser == null) {
            browser = Browser.start();
            page = browser.page();
            // the modules' own origin, without the page: nothing runs but what a test asks for
            page.navigate(uri + "page/icon.svg");
        }
    }

    @AfterAll
    static void close() {
        if (browser != null) {
            browser.close();
            browser = null;
        }
    }

    private static Object run(String script) {
        return page.evaluate("async () => {" + script + "}");
    }

    /** A channel, what it sent, and what it was told; {@code say} is the server. */
    private static Object channel(String script) {
        return run("const {Channel} = await import('/page/state/channel.js');"
                + "const sent = [], heard = []; let lost = 0, id = 0;"
                + "const channel = new Channel('orderbook_delta', {}, (cmd, params) => {"
                + "  sent.push(cmd + ' ' + (params.action ?? '') + ' ' + (params.market_tickers ?? params.sids).join(',')); return ++id; },"
                + " {message: (type, msg) => heard.push(msg), lost: () => lost++});"
                + "const say = message => channel.take(message);"
                + "const data = (sid, seq, msg) => say({type: 'orderbook_delta', sid, seq, msg});"
                + script + "return [sent, heard, lost];");
    }

    @Test
    void channel_tellsWhatIsWanted_oneCommandAtATime() {
        assertThat(channel("channel.want(['A']); channel.opened(); channel.want(['A', 'B']); channel.want(['B', 'C']);"
                + "say({type: 'subscribed', id: 1, msg: {channel: 'orderbook_delta', sid: 4}});"
                + "data(4, 1, 'a'); say({type: 'ok', id: 2, sid: 4, seq: 2, msg: {}}); say({type: 'ok', id: 3, sid: 4, seq: 3, msg: {}});"
                + "data(4, 4, 'b'); channel.want([]); say({type: 'unsubscribed', id: 4, sid: 4, seq: 5}); data(4, 6, 'late');"))
                .isEqualTo(List.of(List.of("subscribe  A", "update_subscription add_markets B,C",
                        "update_subscription delete_markets A", "unsubscribe  4"), List.of("a", "b"), 0));
    }

    @Test
    void channel_withAHoleInSeq_takesNothingMoreOfThatSubscription_andBeginsANewOne() {
        assertThat(channel("channel.want(['A']); channel.opened();"
                + "say({type: 'subscribed', id: 1, msg: {channel: 'orderbook_delta', sid: 1}});"
                + "data(1, 1, 'a'); data(1, 3, 'c'); data(1, 4, 'd');"
                + "say({type: 'unsubscribed', id: 2, sid: 1, seq: 5});"
                + "say({type: 'subscribed', id: 3, msg: {channel: 'orderbook_delta', sid: 2}}); data(2, 1, 'whole');"))
                .isEqualTo(List.of(List.of("subscribe  A", "unsubscribe  1", "subscribe  A"), List.of("a", "whole"), 1));
    }

    @Test
    void channel_withAHoleBeforeAReply_countsTheReply() {
        assertThat(channel("channel.want(['A']); channel.opened();"
                + "say({type: 'subscribed', id: 1, msg: {channel: 'orderbook_delta', sid: 1}});"
                + "channel.want(['A', 'B']); data(1, 1, 'a'); say({type: 'ok', id: 2, sid: 1, seq: 3, msg: {}});"))
                .isEqualTo(List.of(List.of("subscribe  A", "update_subscription add_markets B", "unsubscribe  1"),
                        List.of("a"), 1));
    }

    @Test
    void channel_endedByTheServer_isSubscribedAgain_oneThatIsUnknownIsNot() {
        assertThat(channel("channel.want(['A']); channel.opened();"
                + "say({type: 'subscribed', id: 1, msg: {channel: 'orderbook_delta', sid: 1}});"
                + "say({type: 'error', sid: 1, msg: {code: 25, msg: 'Subscription buffer overflow'}});"))
                .isEqualTo(List.of(List.of("subscribe  A", "subscribe  A"), List.of(), 1));
        assertThat(channel("channel.want(['A']); channel.opened();"
                + "say({type: 'error', id: 1, msg: {code: 8, msg: 'Unknown channel name'}}); channel.want(['A', 'B']);"
                + "sent.push(channel.refused);"))
                .isEqualTo(List.of(List.of("subscribe  A", "Unknown channel name"), List.of(), 1));
    }

    @Test
    void channel_withOtherParameters_beginsANewSubscription() {
        assertThat(channel("const rare = {interval_ms: 1000}; channel.opened(); channel.want(['A'], rare);"
                + "say({type: 'subscribed', id: 1, msg: {channel: 'orderbook_delta', sid: 1}}); data(1, 1, 'a');"
                + "channel.want(['A', 'B'], rare); say({type: 'ok', id: 2, sid: 1, seq: 2, msg: {}});"
                + "channel.want(['A'], {interval_ms: 500}); say({type: 'unsubscribed', id: 3, sid: 1, seq: 3});"
                + "say({type: 'subscribed', id: 4, msg: {channel: 'orderbook_delta', sid: 2}}); data(2, 1, 'b');"))
                .isEqualTo(List.of(List.of("subscribe  A", "update_subscription add_markets B", "unsubscribe  1",
                        "subscribe  A"), List.of("a", "b"), 0));
    }

    @Test
    void channel_afterANewConnection_beginsAnew() {
        assertThat(channel("channel.want(['A']); channel.opened();"
                + "say({type: 'subscribed', id: 1, msg: {channel: 'orderbook_delta', sid: 1}}); data(1, 1, 'a');"
                + "channel.closed(); data(1, 2, 'of the old one'); channel.opened();"
                + "say({type: 'subscribed', id: 2, msg: {channel: 'orderbook_delta', sid: 1}}); data(1, 1, 'b');"))
                .isEqualTo(List.of(List.of("subscribe  A", "subscribe  A"), List.of("a", "b"), 1));
    }

    @ParameterizedTest
    @CsvSource({"1012, 0, 300, 600", "1006, 1, 500, 1000", "1006, 3, 2000, 4000", "1006, 50, 5000, 10000"})
    void backoff_growsUpToALimit_andIsShortForARestart(int code, int failures, double least, double most) {
        assertThat(run("const {waitMs} = await import('/page/state/backoff.js'); return [0, 1].map(random => waitMs("
                + code + "," + failures + ", random));").toString()).isEqualTo(List.of((int) least, (int) most).toString());
    }

    @Test
    void stream_offersTheKeyAsASubprotocol_andRefusesOneThatCannotBe() {
        assertThat(run("const {Stream} = await import('/page/state/stream.js');"
                + "const seen = []; const keys = {key: 'abc', refuse: () => seen.push('refused')};"
                + "const stream = new Stream('ws://here', keys, (url, protocols) => (seen.push(protocols), {}));"
                + "stream.want(true); stream.want(true); const other = new Stream('ws://here', {...keys, key: 'a b'},"
                + "  () => { throw new SyntaxError(); }); other.want(true); return seen;"))
                .isEqualTo(List.of(List.of("orderbook", "key.abc"), "refused"));
    }

    @Test
    void book_isWhatItsMessagesMakeIt() {
        assertThat(run("const {Book} = await import('/page/state/book.js'); const book = new Book('A');"
                + "book.replace({yes_dollars_fp: [['0.4200', '13.00'], ['0.4325', '0.50']], no_dollars_fp: [['0.5500', '300.00']],"
                + "  state: 'live', version: 7}, 1);"
                + "const seen = [[book.bestBid, book.bestAsk, book.spread]];"
                + "book.change({side: 'yes', price_dollars: '0.4325', delta_fp: '-0.50', state: 'stale', version: 8, ts_ms: 5}, 2);"
                + "book.change({side: 'no', price_dollars: '0.5600', delta_fp: '0.10', version: 9, state: 'live'}, 3);"
                + "book.change({side: 'no', price_dollars: '0.5600', delta_fp: '0.20', version: 10, state: 'live'}, 3);"
                + "seen.push([book.bestBid, book.bestAsk, book.bids('no')[0].quantity, book.state, book.version]);"
                + "book.replace({state: 'awaiting_snapshot', version: 0}, 4); seen.push([book.bestBid, book.spread, book.state]);"
                + "return JSON.stringify(seen);"))
                .isEqualTo("[[4325,4500,175],[4200,4400,30,\"live\",10],[null,null,\"awaiting_snapshot\"]]");
    }

    /** A snapshot's message has one time for all levels, REST each level's own. */
    @Test
    void book_takesALevelsTimesFromRest_unlessItChangedSince() {
        assertThat(run("const {Book} = await import('/page/state/book.js'); const book = new Book('A');"
                + "book.replace({yes_dollars_fp: [['0.4200', '13.00'], ['0.4300', '1.00'], ['0.4400', '2.00']], received_ms: 50}, 60);"
                + "book.change({side: 'yes', price_dollars: '0.4300', delta_fp: '1.00', received_ms: 70}, 80);"
                + "const level = (price, quantity) => ({price_dollars: price, quantity_fp: quantity, received_ms: 10});"
                + "book.explain({yes: [level('0.4400', '3.00'), level('0.4300', '2.00'), level('0.4200', '13.00')], no: []});"
                + "return JSON.stringify(book.bids('yes').map(one => [one.stamp.received_ms, one.stamp.browser_ms ?? null]));"))
                .isEqualTo("[[50,60],[70,80],[10,null]]");
    }

    /** A browser ends the questions under way when its network changes; without an answer they are asked again. */
    @ParameterizedTest
    @CsvSource({"0, 10", "503, 10", "404, 50"})
    void boards_askForALevelsTimesAgain_whereThereWasNoAnswer(int status, int shownMs) {
        assertThat(run("const {Boards} = await import('/page/state/boards.js');"
                + "const {Refusal} = await import('/page/state/rest.js');"
                + "let asked = 0, hear;"
                + "const stream = {channel: (name, params, handler) => {"
                + "  hear = name === 'orderbook_delta' ? handler : hear; return {want: () => {}}; }};"
                + "const rest = {get: async () => { if (++asked === 1) { throw new Refusal(" + status + ", 'x', 'x', 0); }"
                + "  return {yes: [{price_dollars: '0.4200', quantity_fp: '13.00', received_ms: 10}], no: []}; }};"
                + "const boards = new Boards(stream, rest); boards.look(['A']);"
                + "hear.message('orderbook_snapshot', {market_ticker: 'A', yes_dollars_fp: [['0.4200', '13.00']], received_ms: 50});"
                + "for (let i = 0; i < 30 && asked < 2; i++) { await new Promise(done => setTimeout(done, 50)); }"
                + "await new Promise(done => setTimeout(done, 20));"
                + "return boards.of('A').book.bids('yes')[0].stamp.received_ms;")).isEqualTo(shownMs);
    }

    @Test
    void way_isTheTimeBetweenTheStationsThatAreKnown() {
        assertThat(run("const {way} = await import('/page/state/provenance.js');"
                + "return way({exchange_ms: null, feed_received_ms: 100, kafka_published_ms: 103, received_ms: null,"
                + "  server_published_ms: 101, browser_ms: 90}, ms => ms + 20).map(station => station.sinceMs);")
                .toString()).isEqualTo("[null, null, 3, null, -2, 9]");
    }

    @Test
    void exactNumbers_areWhole_andReadAsTheyStand() {
        assertThat(run("const {cents, contracts, hundredths, size, ticks} = await import('/page/state/exact.js');"
                + "return [ticks('0.4325'), ticks('0.01'), hundredths('-0.50'), hundredths('1000000.07'), ticks(null),"
                + "  cents(4300), cents(4325), cents(4310), cents(5), cents(-150), contracts(12000), contracts(123450),"
                + "  size(null), size(9999999), size(10000049), size(1234567800)];"))
                .isEqualTo(java.util.Arrays.asList(4325, 100, -50, 100000007, null, "43.0", "43.25", "43.1", "0.05", "−1.5", "120",
                        "1,234.5", "–", "99,999.99", "100,000", "12.3M"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "#/markets", "#/markets?q=a+b%26c&status=open&state=stale&sort=spread&order=desc",
        "#/market/A-1/B%2F%23%3F%25?scale=bids", "#/clients"})
    void route_isReadAsItWasWritten(String hash) {
        assertThat(run("const {format, parse} = await import('/page/state/route.js'); return format(parse('" + hash + "'));"))
                .isEqualTo(hash);
    }

    @Test
    void route_thatNobodyWrote_isTheList() {
        assertThat(run("const {format, parse} = await import('/page/state/route.js');"
                + "return ['', '#', '#/nowhere/A', '#/markets?sort=x&order=y', '#/market/%E0%A4%A'].map(hash => format(parse(hash)));"))
                .isEqualTo(List.of("#/markets", "#/markets", "#/markets", "#/markets", "#/market/%25E0%25A4%25A"));
    }

    private static Object catalog(String script) {
        return run("const {Catalog} = await import('/page/state/catalog.js');"
                + "const pages = []; const rest = {get: async path => (pages.push(path), answers.shift())}; let answers = [];"
                + "const catalog = new Catalog({channel: () => ({want: () => {}})}, rest);"
                + "const line = (ticker, more) => ({market_ticker: ticker, status: 'open', state: 'live', crossed: false, version: 1,"
                + "  last_updated_ms: 1, yes_bid_dollars: null, yes_bid_size_fp: null, yes_ask_dollars: null, yes_ask_size_fp: null, ...more});"
                + "const found = route => catalog.select({query: '', status: '', state: '', sort: 'ticker', descending: false, ...route})"
                + "  .map(row => row.ticker).join('');" + script);
    }

    @Test
    void catalog_findsAndSorts_andWhatHasNoKeyComesLast() {
        assertThat(catalog("catalog.takePage([line('B', {title: 'Rain in <York>', yes_bid_dollars: '0.40', yes_ask_dollars: '0.45'}),"
                + "  line('A', {status: 'closed', last_updated_ms: 9}),"
                + "  line('C', {state: 'stale', yes_bid_dollars: '0.40', yes_ask_dollars: '0.42', last_updated_ms: 5})]);"
                + "return [found({}), found({descending: true}), found({sort: 'spread'}), found({sort: 'spread', descending: true}),"
                + "  found({sort: 'changed', descending: true}), found({status: 'open'}), found({state: 'stale'}),"
                + "  found({query: 'york RAIN'}), found({query: 'b york'}), found({query: 'c york'})];"))
                .isEqualTo(List.of("ABC", "CBA", "CBA", "BCA", "ACB", "BC", "C", "B", "B", ""));
    }

    @Test
    void catalog_neverGoesBack_unlessTheServerIsAnotherOne() {
        assertThat(catalog("catalog.takePage([line('A', {version: 9, yes_bid_dollars: '0.40'})]);"
                + "const bid = () => catalog.row('A').bid; const seen = [];"
                + "catalog.takePage([line('A', {version: 8, yes_bid_dollars: '0.39'})]); seen.push(bid());"
                + "catalog.takeTop({...line('A', {version: 10}), yes_bid: {price_dollars: '0.41', quantity_fp: '1.00'}, no_bid: null});"
                + "seen.push(bid()); catalog.began(1); catalog.takePage([line('A', {version: 2, yes_bid_dollars: '0.38'})]);"
                + "seen.push(bid()); catalog.takeTop({...line('NOPE', {version: 0})}); seen.push(catalog.size); return seen;"))
                .isEqualTo(List.of(4000, 4100, 3800, 1));
    }

    private static Object condition(String status) {
        return run("const {condition} = await import('/page/state/status.js');"
                + "const whole = {as_of_ms: 100000, complete_to_ms: 99990, rebuild: {complete: true}, kafka: {broker_silent_ms: 5,"
                + "  partitions: [{exchange_heard_ms: null, stalled: false}]}};"
                + "return condition(" + status + ").label;");
    }

    @Test
    void condition_isTheWorstThatIsKnown() {
        Map.of("whole, null", "live",
                "null, null", "connecting",
                "whole, {status: 0, message: ''}", "no answer",
                "whole, {status: 429, message: ''}", "error",
                "null, {status: 401}", "key needed",
                "{...whole, rebuild: {complete: false, records_read: 1, records_to_read: 2}}, null", "rebuilding",
                "{...whole, kafka: {...whole.kafka, broker_silent_ms: 20000}}, null", "broker silent",
                "{...whole, kafka: {broker_silent_ms: 5, partitions: [{exchange_heard_ms: 90000}]}}, null", "feed down",
                "{...whole, complete_to_ms: 90000}, null", "behind",
                "{...whole, kafka: {broker_silent_ms: 5, partitions: [{exchange_heard_ms: null, stalled: true}]}}, null", "behind")
                .forEach((status, label) -> assertThat(condition(status)).as(status).isEqualTo(label));
    }

    /** Keys kept in a map, a server that wants the key "right", and its answers, which come when a test says so. */
    private static Object keys(String script) {
        return run("const {Keys} = await import('/page/state/keys.js'); const {Rest} = await import('/page/state/rest.js');"
                + "const {Status} = await import('/page/state/status.js');"
                + "const kept = new Map(); const storage = {getItem: name => kept.get(name) ?? null, setItem: (name, key) => kept.set(name, key)};"
                + "const keys = new Keys(storage); const waiting = [];"
                + "const document = uptime_ms => ({as_of_ms: 1, uptime_ms, markets: {by_status: {}}, books: {by_state: {}},"
                + "  rebuild: {complete: true}});"
                + "const rest = new Rest(keys, (path, {headers}) => new Promise(done => waiting.push((uptime, status = null) => {"
                + "  const ok = status === null && headers['KALSHI-ACCESS-KEY'] === 'right';"
                + "  done({ok, status: ok ? 200 : status ?? 401, headers: new Headers(), json: async () => ok ? document(uptime) : {code: 'x'}});"
                + "  return new Promise(then => setTimeout(then)); })));"
                + "const status = new Status(rest, {heard: () => {}}, keys);" + script);
    }

    @Test
    void keys_areNotRefused_byALateAnswerToAnEarlierKey() {
        assertThat(keys("const seen = []; status.look(); status.look(); keys.use('wrong'); status.look(); status.look();"
                + "await waiting[1](); seen.push(keys.refused); await waiting[2](); seen.push(keys.refused);"
                + "keys.use('right'); status.look(); await waiting[3](); await waiting[0](); seen.push(keys.refused);"
                + "await waiting[4](1); seen.push(keys.refused, status.isRebuilt); return seen;"))
                .isEqualTo(List.of(false, true, false, false, true));
    }

    /** The operator may have added the key meanwhile. */
    @Test
    void keys_thatAreAnsweredAgain_areNotRefusedAnyMore() {
        assertThat(keys("const seen = []; keys.use('right'); status.look(); await waiting[0](1, 401); seen.push(keys.refused);"
                + "status.look(); await waiting[1](2); seen.push(keys.refused); return seen;"))
                .isEqualTo(List.of(true, false));
    }

    @Test
    void status_takesNoAnswer_afterOneToALaterQuestion() {
        assertThat(keys("keys.use('right'); status.look(); status.look(); status.look(); await waiting[1](20); await waiting[0](10);"
                + "const seen = [status.document.uptime_ms, status.starts]; await waiting[2](5);"
                + "seen.push(status.document.uptime_ms, status.starts); return seen;")).isEqualTo(List.of(20, 0, 5, 1));
    }

    @Test
    void clock_goesByTheFastestAnswer() {
        assertThat(run("const {ServerClock} = await import('/page/state/clock.js'); const clock = new ServerClock();"
                + "clock.heard(1000, 1200, 6000); clock.heard(2000, 2010, 7005); clock.heard(3000, 3400, 8100);"
                + "return [clock.serverMs(0), clock.best.doubtMs];")).isEqualTo(List.of(5000, 5));
    }
}
