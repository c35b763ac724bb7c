<?php
// A comment as WordPress's AI plugin moderates it (Comment_Moderation::moderate_comment and
// Comment_Analysis::analyze_comment of version 1.1), with gatehouse-ai.php hooked in.
// Usage: php wordpress_ai.php plugin.php; one JSON object comes out.

define('GATEHOUSE_URL', getenv('GATEHOUSE_URL'));
define('GATEHOUSE_PERSPECTIVE_KEY', getenv('GATEHOUSE_KEY'));
require __DIR__ . '/wordpress.php';
$held = [];
$provider_asked = 0;

add_action('wp_insert_comment', function ($text) {
    global $held, $provider_asked;
    if (!apply_filters('wpai_has_ai_credentials', false, []) || !apply_filters('wpai_comment_moderation_moderate_guests', false)) {
        return;
    }
    $result = apply_filters('wpai_comment_analysis_result', null, $text, 'Carol');
    if (!is_array($result)) {
        $provider_asked++;
        return;
    }
    $toxicity = max(0, min(1, (float) $result['toxicity_score']));
    $analysis = ['comment_id' => 1, 'toxicity_score' => $toxicity, 'sentiment' => $result['sentiment']];
    $should = $toxicity >= 0.7 && 'negative' === $analysis['sentiment'];
    if (apply_filters('wpai_comment_moderation_should_moderate', $should, $analysis, 1)) {
        $held[] = $text;
    }
});
require $argv[1];

foreach (json_decode(getenv('TEXTS')) as $text) {
    do_action('wp_insert_comment', $text);
}
echo json_encode([
    'held' => $held,
    'provider_asked' => $provider_asked,
    'sent' => $sent,
    'credentials_elsewhere' => apply_filters('wpai_has_ai_credentials', false, []),
]);
