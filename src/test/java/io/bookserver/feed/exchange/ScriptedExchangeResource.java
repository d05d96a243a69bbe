package io.bookserver.feed.exchange;

import io.bookserver.exchange.ScriptedExchange;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.util.Map;

/** A scripted exchange with 50 markets, and a server connected to it; a test's field of its type receives it. */
public class ScriptedExchangeResource implements QuarkusTestResourceLifecycleManager {
    private ScriptedExchange exchange;

    @Override
    public Map<String, String> start() {
        exchange = ScriptedExchange.start(7);
        exchange.addMarkets("KXTEST", 50);
        return Map.of(
                "orderbook.feed.mode", "exchange",
                "orderbook.feed.exchange.ws-url", exchange.wsUrl(),
                "orderbook.feed.exchange.rest-url", exchange.restUrl(),
                "orderbook.feed.exchange.audit-interval", "PT1S");
    }

    @Override
    public void inject(TestInjector testInjector) {
        testInjector.injectIntoFields(exchange, new TestInjector.MatchesType(ScriptedExchange.class));
    }

    @Override
    public void stop() {
        exchange.close();
    }
}
