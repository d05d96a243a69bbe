package io.bookserver.query;

import io.quarkus.runtime.configuration.MemorySize;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/** The limits of one REST question. Over them is a 400 or a 413 that names the limit. */
@ConfigMapping(prefix = "orderbook.query")
public interface QueryConfig {
    /** How many tickers one question may name. */
    @WithDefault("10000")
    int maxTickers();

    /** How many levels of a side may be asked for; depth 0 is always allowed and means all. */
    @WithDefault("1000")
    int maxDepth();

    /** How many bytes the body of a question may have. */
    @WithDefault("1M")
    MemorySize maxBodySize();

    /** How many markets an answer that names none may hold. Beyond that, list the markets page by page. */
    @WithDefault("50000")
    int maxMarketsWithoutTickers();

    /** How many markets one page of the list has if the question does not say. */
    @WithDefault("1000")
    int defaultPageSize();

    /** How many markets one page of the list may have. */
    @WithDefault("10000")
    int maxPageSize();

    /** How many tickers one question in the exchange's own shape may name; the exchange allows 100 (doc). */
    @WithDefault("100")
    int maxExchangeTickers();

    /**
     * How many bytes of questions for tops of book, and of their last answers, each event loop remembers, so that one
     * that is asked again costs little; 0 for none.
     */
    @WithDefault("16M")
    MemorySize rememberedQuestions();
}
