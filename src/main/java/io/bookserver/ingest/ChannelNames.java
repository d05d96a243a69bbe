package io.bookserver.ingest;

import io.smallrye.config.ConfigSourceInterceptor;
import io.smallrye.config.ConfigSourceInterceptorContext;
import io.smallrye.config.ConfigValue;
import java.util.Iterator;
import java.util.Map;

/**
 * Corrects the names of the channels' keys that come from environment variables, which have no dash.
 * {@code MP_MESSAGING_INCOMING_MARKET_DATA_SESSION_TIMEOUT_MS} would be listed as a key of a channel {@code market},
 * which is not configured, so the start would fail. This lists it as a key of {@code market-data}. Values are found by
 * either name.
 *
 * <p><i>Stateless.</i>
 */
public final class ChannelNames implements ConfigSourceInterceptor {
    private static final long serialVersionUID = 1L;

    private static final Map<String, String> DASHED = Map.of(
            "mp.messaging.incoming.market.data.", "mp.messaging.incoming.market-data.",
            "mp.messaging.outgoing.dead.letters.", "mp.messaging.outgoing.dead-letters.");

    @Override
    public ConfigValue getValue(ConfigSourceInterceptorContext context, String name) {
        return context.proceed(name);
    }

    @Override
    public Iterator<String> iterateNames(ConfigSourceInterceptorContext context) {
        Iterator<String> names = context.iterateNames();
        return new Iterator<>() {
            @Override
            public boolean hasNext() {
                return names.hasNext();
            }

            @Override
            public String next() {
                return dashed(names.next());
            }
        };
    }

    static String dashed(String name) {
        for (Map.Entry<String, String> prefix : DASHED.entrySet()) {
            if (name.startsWith(prefix.getKey())) {
                return prefix.getValue() + name.substring(prefix.getKey().length());
            }
        }
        return name;
    }
}
