"""What people write in files for the choices of a field, in English and in Chinese."""

from collections.abc import Mapping

from pipeline.choices import ActivityKind, ExpenseCategory, FeedbackKind, LeadStatus


def _meaning(words: Mapping[str, str]) -> Mapping[str, str]:
    """Word → choice, of choice → words with commas between them."""
    found = {word.strip(): str(choice) for choice, some in words.items() for word in some.split(",")}
    return found | {str(choice): str(choice) for choice in words}


LEAD_STATUSES = _meaning(
    {
        LeadStatus.NEW: "open, not contacted, untouched, fresh, 新建, 新线索, 未处理, 未跟进",
        LeadStatus.WORKING: "contacted, working - contacted, in progress, open - not contacted,"
        " attempted to contact, connected, nurturing, 跟进中, 处理中, 已联系, 培育中",
        LeadStatus.QUALIFIED: "converted, closed - converted, pre-qualified, sql, open deal,"
        " 已转化, 已转换, 合格, 已确认, 有效",
        LeadStatus.DISQUALIFIED: "unqualified, closed - not converted, lost, lost lead, junk, junk lead,"
        " not qualified, 无效, 不合格, 已关闭, 作废",
    }
)

ACTIVITY_KINDS = _meaning(
    {
        ActivityKind.CALL: "phone, phone call, telephone, telephone call, calls, cold call,"
        " 电话, 通话, 打电话, 电话沟通, 电话拜访",
        ActivityKind.EMAIL: "e-mail, mail, emails, 邮件, 电子邮件, 发邮件",
        ActivityKind.MESSAGE: "chat, sms, text, whatsapp, wechat, wecom, linkedin,"
        " 微信, 企业微信, 短信, 消息, 聊天, 微信沟通",
        ActivityKind.MEETING: "meetings, event, online meeting, video call, video conference,"
        " 会议, 会面, 视频会议, 线上会议, 开会, 洽谈",
        ActivityKind.VISIT: "visits, site visit, on-site visit, customer visit, field visit,"
        " 拜访, 客户拜访, 上门拜访, 上门, 走访, 外勤, 高级外勤",
        ActivityKind.DEMO: "demos, demonstration, product demo, presentation,"
        " 演示, 产品演示, 产品展示, 方案演示",
        ActivityKind.QUOTE: "quotes, quotation, proposal, offer, tender, bid, 报价, 报价单, 方案, 投标, 提案",
        ActivityKind.TRAINING: "trainings, workshop, course, 培训, 客户培训, 学习",
        ActivityKind.OTHER: "others, task, to-do, todo, note, 其他, 其它, 任务, 待办",
    }
)

FEEDBACK_KINDS = _meaning(
    {
        FeedbackKind.NPS: "net promoter score, recommendation, 净推荐值, 推荐意愿",
        FeedbackKind.SATISFACTION: "csat, customer satisfaction, 满意度, 客户满意度",
    }
)

EXPENSE_CATEGORIES = _meaning(
    {
        ExpenseCategory.TRAVEL: "trip, transport, transportation, hotel, flight, taxi, mileage,"
        " 差旅, 差旅费, 交通, 交通费, 住宿, 住宿费",
        ExpenseCategory.HOSPITALITY: "entertainment, meal, meals, client entertainment, gift, gifts,"
        " 招待, 业务招待, 业务招待费, 招待费, 餐费, 礼品",
        ExpenseCategory.MARKETING: "advertising, event, trade fair, exhibition,"
        " 市场, 市场费, 推广, 推广费, 广告, 会展",
        ExpenseCategory.SAMPLES: "sample, 样品, 样品费, 样机",
        ExpenseCategory.TRAINING: "course, 培训, 培训费",
        ExpenseCategory.OTHER: "others, misc, miscellaneous, 其他, 其它",
    }
)
