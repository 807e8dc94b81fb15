"""The dialects of OpenAI: the Responses API and Chat Completions, as every compatible server speaks them."""
